import { rename, rm } from "node:fs/promises";
import { run, tryRun, type Say } from "@sysext-kiln/machine";

/**
 * Every option that affects an image's bytes, except for dates. Images are 15 % larger with the default
 * compressor than with zstd at its highest useful level, and take more than twice as long to read; with xz
 * they are smaller, but take nine times as long to read.
 */
const options = [
  ...["-noappend", "-all-root", "-no-xattrs", "-no-exports", "-quiet"],
  ...["-comp", "zstd", "-Xcompression-level", "19", "-b", "1M"],
];

/**
 * Packs a tree into a squashfs image, with the same bytes for the same tree on any number of processors.
 * @param epoch the date of everything in it, in seconds since 1970
 * @param say receives lines about how much has been packed
 */
export async function packSquashfs(tree: string, image: string, epoch: number, say: Say): Promise<void> {
  const time = String(epoch);
  const unfinished = `${image}.partial`;
  await rm(unfinished, { force: true });
  // mksquashfs rejects its date options if this variable is set.
  const withoutDate = ["--unset=SOURCE_DATE_EPOCH", "mksquashfs"];
  const args = [...withoutDate, tree, unfinished, ...options, "-mkfs-time", time, "-all-time", time];
  await run("env", args, {
    onLine(line) {
      const percent = /(\d+)%$/.exec(line)?.[1];
      if (percent !== undefined) say(`packing, ${percent} %`);
    },
  });
  await rename(unfinished, image);
}

/** The version of mksquashfs, such as `4.5.1`. */
export async function squashfsVersion(): Promise<string> {
  const { stdout } = await tryRun("mksquashfs", ["-version"]);
  return /version (\S+)/.exec(stdout)?.[1] ?? "unknown";
}
