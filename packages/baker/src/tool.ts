import { ensurePrograms, run, type Program, type RunOptions } from "@sysext-kiln/machine";

/** The programs that read, change and write disk images. */
export const bakingPrograms = [
  "qemu-img",
  "partx",
  "bwrap",
  "blkid",
  "mdir",
  "dumpe2fs",
  "e2fsck",
  "debugfs",
  "unsquashfs",
  "bzip2",
  "xz",
  "zstd",
  "tar",
] as const satisfies readonly Program[];

/**
 * Runs one of these programs, which must succeed, even if it is not in a user's PATH.
 * @returns its standard output
 */
export async function runTool(
  program: Program,
  args: readonly string[],
  options?: RunOptions,
): Promise<string> {
  return await run(await pathOf(program), args, options);
}

export async function pathOf(program: Program): Promise<string> {
  const { [program]: path } = await ensurePrograms([program], () => undefined);
  return path;
}
