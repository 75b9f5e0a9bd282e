import { rename, rm } from "node:fs/promises";
import { run, tryRun } from "@sysext-kiln/machine";

/**
 * Every option that affects an image's bytes, except for dates. Images are 15 % larger with the default
 * compressor than with zstd at its highest useful level, and take more than twice as long to read; with xz
 * they are smaller, but take nine times as long to read.
 */
const options = [
  ...["-noappend", "-all-root", "-no-xattrs", "-no-exports", "-no-progress", "-quiet"],
  ...["-comp", "zstd", "-Xcompression-level", "19", "-b", "1M"],
];

/**
 * Packs a tree into a squashfs image, with the same bytes for the same tree on any number of processors.
 * @param epoch the date of everything in it, in seconds since 1970
 */
export async function packSquashfs(tree: string, image: string, epoch: number): Promise<void> {
  const time = String(epoch);
  const unfinished = `${image}.partial`;
  await rm(unfinished, { force: true });
  // mksquashfs rejects its date options if this variable is set.
  const withoutDate = ["--unset=SOURCE_DATE_EPOCH", "mksquashfs"];
  await run("env", [...withoutDate, tree, unfinished, ...options, "-mkfs-time", time, "-all-time", time]);
  await rename(unfinished, image);
}

/** The version of mksquashfs, such as `4.5.1`. */
export async function squashfsVersion(): Promise<string> {
  const { stdout } = await tryRun("mksquashfs", ["-version"]);
  return /version (\S+)/.exec(stdout)?.[1] ?? "unknown";
}
