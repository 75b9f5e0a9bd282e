import { open } from "node:fs/promises";

/** Brings a file or a folder's entries to the disk, so that a power cut after a rename cannot show empty files. */
export async function syncToDisk(path: string): Promise<void> {
  await using handle = await open(path);
  await handle.sync();
}
