import { statfs } from "node:fs/promises";
import { KilnError } from "@sysext-kiln/error";
import { formatBytes } from "@sysext-kiln/machine";
import { memberNames } from "./members.ts";

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
export function generatedSize(keys: number): number {
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

/** @throws KilnError `disk-full` if the disk of a folder has less space left than a rehearsal needs */
export async function requireSpace(folder: string, size: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const [free, needed] = [bavail * bsize, neededSpace(size)];
  if (free >= needed) return;
  throw new KilnError("disk-full", {
    expected: `${formatBytes(needed)} on the disk with ${folder}, for three members with a snapshot of ${formatBytes(size)}`,
    found: formatBytes(free),
    next: "make room, or name a folder on another disk in KILN_CACHE_DIR",
  });
}
