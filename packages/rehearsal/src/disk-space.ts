import { access, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { KilnError, systemCode } from "@sysext-kiln/error";
import { cacheDirectory, formatBytes } from "@sysext-kiln/machine";
import { memberNames } from "./members.ts";
import type { RehearsedData } from "./options.ts";

/** etcd's log of one member: some files of 64 MB, which it allocates before it writes to them. */
const logSize = 400e6;

/** The upgrade check takes no snapshot unless the disk has this and twice the size of the database left. */
const checkReserve = 268_435_456;

/**
 * What a generated key takes in the database, at most; and once more in the log of the etcd that it is
 * written to.
 */
const generatedKeySize = 450;

/** The size of a snapshot with generated keys, roughly. */
function generatedSize(keys: number): number {
  return keys * generatedKeySize + 20e6;
}

/**
 * The space that a rehearsal takes at most: the data of each member, a copy of the snapshot or the snapshot
 * that is taken on the host that moves, and what must be left for that.
 * @param size of the snapshot, in bytes
 */
export function neededSpace(size: number): number {
  return memberNames.length * (size + logSize) + 2 * size + checkReserve;
}

/**
 * Requires the space for a rehearsal in kiln's work folder; creates nothing.
 * @throws KilnError `disk-full`
 */
export async function requireSpace(data: RehearsedData): Promise<void> {
  const size = "snapshot" in data ? data.snapshot.size : generatedSize(data.keys);
  const folder = cacheDirectory("work");
  const { bavail, bsize } = await statfs(await existing(folder));
  const [free, needed] = [bavail * bsize, neededSpace(size)];
  if (free >= needed) return;
  throw new KilnError("disk-full", {
    expected: `${formatBytes(needed)} on the disk with ${folder}, for three members with a snapshot of ${formatBytes(size)}`,
    found: formatBytes(free),
    next: "make room, or choose a folder on another disk: sudo KILN_CACHE_DIR=DIR ./kiln rehearse ...",
  });
}

/** The nearest folder that exists: the path itself, or one above it. */
async function existing(path: string): Promise<string> {
  try {
    await access(path);
    return path;
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    return await existing(dirname(path));
  }
}
