import { constants } from "node:fs";
import { copyFile } from "node:fs/promises";
import { isKilnError, KilnError } from "@sysext-kiln/error";
import { formatBytes, type Say } from "@sysext-kiln/machine";
import { readSnapshot, type Snapshot } from "./snapshot.ts";

/**
 * Copies a snapshot, and makes sure that the copy is the one that was read: a backup may replace the file at
 * any time.
 * @throws KilnError `snapshot-invalid` if the file has changed
 */
export async function copySnapshot(
  { path, size, digest }: Snapshot,
  target: string,
  say: Say,
): Promise<void> {
  say(`copying ${formatBytes(size)}`);
  await copyFile(path, target, constants.COPYFILE_FICLONE);
  const copy = await readIfValid(target, say);
  if (copy?.digest === digest) return;
  throw new KilnError("snapshot-invalid", {
    expected: `${path} not to change while it is copied`,
    found: copy === undefined ? "a damaged file" : "another snapshot than the one that was read first",
    next: "run it again with a file that nothing else writes to",
  });
}

async function readIfValid(path: string, say: Say): Promise<Snapshot | undefined> {
  try {
    return await readSnapshot(path, say);
  } catch (error) {
    if (isKilnError(error, "snapshot-invalid")) return undefined;
    throw error;
  }
}
