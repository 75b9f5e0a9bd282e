import { realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { addFile } from "./add.ts";

/** Copies chosen members of an unpacked archive into the tree, with their dates. */
export async function takeMembers(
  unpacked: string,
  archiveName: string,
  take: Readonly<Record<string, string>>,
  tree: string,
): Promise<void> {
  for (const [from, to] of Object.entries(take)) {
    await addFile(await fileOf(unpacked, archiveName, from), tree, to);
  }
}

/** The file of a member; links to it may not leave the archive. */
async function fileOf(unpacked: string, archiveName: string, member: string): Promise<string> {
  const path = await realpath(join(unpacked, member)).catch(() => undefined);
  const isInside = path?.startsWith(`${await realpath(unpacked)}${sep}`) ?? false;
  if (path !== undefined && isInside && (await stat(path)).isFile()) return path;
  throw new KilnError("archive-invalid", {
    expected: `${archiveName} to contain the file ${member}`,
    found: path === undefined ? "no such member" : "a member that is not a regular file inside it",
    next: "list the archive, and correct what extension.yaml takes from it",
  });
}
