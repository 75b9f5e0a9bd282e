import type { ArchivePackage } from "@sysext-kiln/machine";
import type { Input } from "../plan.ts";

/** The files of a source package that a recipe reads: upstream's archives and the distribution's changes. */
export function sourceInputs(source: ArchivePackage): Input[] {
  return source.files.flatMap((file) => {
    const role = /_[^_]*?\.((?:orig(?:-[a-z0-9-]+)?|debian)\.tar\.[a-z0-9]+)$/.exec(file.name)?.[1];
    return role === undefined ? [] : [inputOf(source, file, `${source.package}.${role}`)];
  });
}

/** The one file of a binary package. */
export function binaryInputs(binary: ArchivePackage, take?: Record<string, string>): Input[] {
  return binary.files.map((file) => ({
    ...inputOf(binary, file, `${binary.package}.deb`),
    ...(take && { take }),
  }));
}

function inputOf(from: ArchivePackage, file: ArchivePackage["files"][number], name: string): Input {
  const { url, size, sha256 } = file;
  return {
    name,
    url,
    size,
    sha256,
    origin: { kind: "debian", suite: from.suite, package: from.package, version: from.version },
  };
}
