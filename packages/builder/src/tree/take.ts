import { copyFile, lstat, mkdir, realpath, utimes } from "node:fs/promises";
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
    const source = await regularFile(unpacked, archiveName, from);
    const target = join(tree, to);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(source, target);
    const { mtime } = await lstat(source);
    await utimes(target, mtime, mtime);
  }
}

async function regularFile(unpacked: string, archiveName: string, member: string): Promise<string> {
  const path = join(unpacked, member);
  const resolved = await realpath(path).catch(() => undefined);
  const inside = resolved?.startsWith(`${await realpath(unpacked)}${sep}`) ?? false;
  if (resolved && inside && (await lstat(path)).isFile()) return resolved;
  throw new KilnError("archive-invalid", {
    expected: `${archiveName} to hold the file ${member}`,
    found: resolved === undefined ? "no such member" : "a member that is not a regular file inside it",
    next: "look into the archive, and mend what extension.yaml takes from it",
  });
}
