import type { FileInput } from "@sysext-kiln/extension";
import { isAvailable, type ArchivePackage } from "@sysext-kiln/machine";
import type { IsKnown } from "../upstream.ts";
import type { DebianArchive } from "./archive.ts";
import { newestFirst } from "./debian-version.ts";

/** A Debian version of one or several packages, with all its files. */
export interface Candidate {
  /** For messages. */
  name: string;
  /** As Debian writes it. */
  version: string;
  inputs: readonly FileInput[];
}

/** A source package with the files that a recipe reads: upstream's archives, the distribution's changes. */
export function sourceCandidate(source: ArchivePackage): Candidate {
  const inputs = source.files.flatMap((file) => {
    const role = /_[^_]*?\.((?:orig(?:-[a-z0-9-]+)?|debian)\.tar\.[a-z0-9]+|diff\.gz)$/.exec(file.name)?.[1];
    return role === undefined ? [] : [inputOf(source, file, `${source.package}.${role}`)];
  });
  return { name: source.package, version: source.version, inputs };
}

/** A binary package with its one file. */
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

/**
 * The files of the newest version that the mirror has completely. Mirrors have gaps: a security suite's index
 * may list a file that is only in the main pool (an equal digest identifies it), or one that has not been
 * mirrored yet.
 * @param archive its `warn` takes a line about each version that is skipped: it may fix a vulnerability
 * @param isKnown whether something was published that was built from a file: the mirror had it then, and is not
 * asked again
 */
export async function newestAvailable(
  candidates: readonly Candidate[],
  { say, warn }: Pick<DebianArchive, "say" | "warn">,
  isKnown: IsKnown = () => false,
): Promise<FileInput[] | undefined> {
  const sameFile = Map.groupBy(
    candidates.flatMap(({ inputs }) => inputs),
    ({ sha256 }) => sha256,
  );
  for (const { name, version, inputs } of await newestFirst(candidates)) {
    if (inputs.every(isKnown)) return [...inputs];
    say(`asking the mirror for the files of ${name} ${version}`);
    const found = await Promise.all(
      inputs.map((input) => withAvailableUrl(input, sameFile.get(input.sha256) ?? [])),
    );
    const available = found.filter((input) => input !== undefined);
    if (available.length === inputs.length) return available;
    const missing = inputs.find(({ sha256 }) => available.every((input) => input.sha256 !== sha256));
    warn(`skipping ${name} ${version}: the mirror lacks ${missing?.url ?? "a file"}`);
  }
  return undefined;
}

/** The input with the first URL of the same file that the mirror has. */
async function withAvailableUrl(
  input: FileInput,
  sameFile: readonly FileInput[],
): Promise<FileInput | undefined> {
  for (const url of new Set([input.url, ...sameFile.map((other) => other.url)])) {
    if (await isAvailable({ url, sha256: input.sha256 })) return { ...input, url };
  }
  return undefined;
}
