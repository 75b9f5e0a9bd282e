import type { Contents } from "./contents.ts";
import type { OpenDisk } from "./open-disk.ts";
import { addEntries } from "./root/add.ts";
import { entriesOf } from "./root/entries.ts";

/**
 * Adds files and links to the root file system of an open disk, all owned by root.
 * @param epoch their date, in seconds since 1970
 * @throws KilnError `already-there`, `disk-image-full`, `disk-image-invalid`
 */
export async function addContents({ root }: OpenDisk, contents: Contents, epoch: number): Promise<void> {
  await addEntries(root, await entriesOf(contents), epoch);
}
