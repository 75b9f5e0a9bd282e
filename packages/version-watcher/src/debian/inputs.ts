import type { ArchivePackage } from "@sysext-kiln/machine";
import type { FileInput } from "@sysext-kiln/extension";
import type { Candidate } from "./available.ts";

/** A source package: the files of it that a recipe reads, upstream's archives and the distribution's changes. */
export function sourceCandidate(source: ArchivePackage): Candidate {
  const inputs = source.files.flatMap((file) => {
    const role = /_[^_]*?\.((?:orig(?:-[a-z0-9-]+)?|debian)\.tar\.[a-z0-9]+|diff\.gz)$/.exec(file.name)?.[1];
    return role === undefined ? [] : [inputOf(source, file, `${source.package}.${role}`)];
  });
  return { name: source.package, version: source.version, inputs };
}

/** A binary package: its one file. */
export function binaryCandidate(binary: ArchivePackage): Candidate {
  const inputs = binary.files.map((file) => inputOf(binary, file, `${binary.package}.deb`));
  return { name: binary.package, version: binary.version, inputs };
}

function inputOf(from: ArchivePackage, file: ArchivePackage["files"][number], name: string): FileInput {
  const { url, size, sha256 } = file;
  return {
    name,
    url,
    size,
    sha256,
    origin: { kind: "debian", suite: from.suite, package: from.package, version: from.version },
  };
}
