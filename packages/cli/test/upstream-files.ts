import { hash } from "node:crypto";
import { basename } from "node:path";
import { tarArchive, tinyProgram } from "@sysext-kiln/testbed";

/** How Go programs, and others, spell x86-64 and arm64. */
export const go = ["amd64", "arm64"] as const;
export const gnu = ["x86_64", "aarch64"] as const;

/** Files for both architectures. @param make gets upstream's spelling of one, and a program for it */
export async function forBoth(
  [x86, arm]: readonly [string, string],
  prints: string,
  make: (arch: string, program: Buffer) => Promise<Record<string, Buffer>> | Record<string, Buffer>,
): Promise<Record<string, Buffer>> {
  const both = await Promise.all([
    make(x86, tinyProgram("x86-64", `${prints}\n`)),
    make(arm, tinyProgram("arm64", `${prints}\n`)),
  ]);
  return { ...both[0], ...both[1] };
}

/** Archives for both architectures. @param name the archive's; @param members by path */
export function archives(
  arches: readonly [string, string],
  prints: string,
  name: (arch: string) => string,
  members: (arch: string, program: Buffer) => Record<string, string | Buffer>,
): Promise<Record<string, Buffer>> {
  return forBoth(arches, prints, async (arch, program) => {
    const compressor = name(arch).endsWith(".xz") ? "xz" : name(arch).endsWith(".zst") ? "zstd" : "gzip";
    return { [name(arch)]: await tarArchive(members(arch, program), compressor) };
  });
}

/** The text of a list of checksums. @param prefix of the names in it */
export function listOf(files: Readonly<Record<string, Buffer>>, prefix = ""): string {
  const lines = Object.entries(files).map(
    ([name, bytes]) => `${hash("sha256", bytes)}  ${prefix}${basename(name)}\n`,
  );
  return lines.join("");
}

/** Files with one beside each that has its digest, and its name unless `isBare`. */
export function withDigests(
  files: Readonly<Record<string, Buffer>>,
  suffix: string,
  isBare = false,
): Record<string, string | Buffer> {
  const all: Record<string, string | Buffer> = { ...files };
  for (const [name, bytes] of Object.entries(files))
    all[`${name}${suffix}`] = isBare ? hash("sha256", bytes) : listOf({ [name]: bytes });
  return all;
}
