import { copyFile, mkdir, realpath, stat, utimes } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { KilnError } from "@sysext-kiln/error";

/** Copies chosen members of an unpacked archive into the tree, with their dates. */
export async function takeMembers(
  unpacked: string,
  archiveName: string,
  take: Readonly<Record<string, string>>,
  tree: string,
): Promise<void> {
  for (const [from, to] of Object.entries(take)) {
    const source = await fileOf(unpacked, archiveName, from);
    const target = join(tree, to);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(source, target);
    const { mtime } = await stat(source);
    await utimes(target, mtime, mtime);
  }
}

/** The member's file; a link may lead to it from within the archive, and never from outside. */
async function fileOf(unpacked: string, archiveName: string, member: string): Promise<string> {
  const path = await realpath(join(unpacked, member)).catch(() => undefined);
  const isInside = path?.startsWith(`${await realpath(unpacked)}${sep}`) ?? false;
  if (path !== undefined && isInside && (await stat(path)).isFile()) return path;
  throw new KilnError("archive-invalid", {
    expected: `${archiveName} to hold the file ${member}`,
    found: path === undefined ? "no such member" : "a member that is not a regular file inside it",
    next: "look into the archive, and mend what extension.yaml takes from it",
  });
}
