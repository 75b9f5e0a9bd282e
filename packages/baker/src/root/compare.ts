import { KilnError } from "@sysext-kiln/error";
import { digestInside, readInside, statAll, type Inode } from "./debugfs.ts";
import type { Entry } from "./entries.ts";
import type { FileSystem } from "./file-system.ts";

/**
 * The entries that a file system lacks.
 * @throws KilnError `already-there` if something different exists at the path of one
 */
export async function missingEntries(fileSystem: FileSystem, entries: readonly Entry[]): Promise<Entry[]> {
  const inodes = await statAll(
    fileSystem,
    entries.map(({ path }) => path),
  );
  const missing: Entry[] = [];
  for (const [index, entry] of entries.entries()) {
    const inode = inodes[index];
    if (inode === undefined) missing.push(entry);
    else await requireSame(fileSystem, entry, inode);
  }
  return missing;
}

async function requireSame(fileSystem: FileSystem, entry: Entry, inode: Inode): Promise<void> {
  if (inode.type !== entry.type) throw alreadyThere(entry.path, nouns[entry.type], `a ${inode.type}`);
  if (entry.type === "directory") return;
  if (entry.type === "symlink") {
    const target = inode.target ?? (await readInside(fileSystem, entry.path));
    if (target !== entry.target)
      throw alreadyThere(entry.path, `a link to ${entry.target}`, `a link to ${target}`);
    return;
  }
  const found = { mode: inode.mode, owner: inode.owner, sha256: await digestInside(fileSystem, entry.path) };
  const wanted = { mode: entry.mode, owner: "0:0", sha256: entry.sha256 };
  if (text(found) === text(wanted)) return;
  throw alreadyThere(entry.path, `nothing or ${text(wanted)}`, text(found));
}

const nouns = { directory: "a folder", regular: "nothing or the file", symlink: "nothing or the link" };

function text({ mode, owner, sha256 }: { mode: number; owner: string; sha256: string }): string {
  return `a file of ${owner}, mode ${mode.toString(8)}, SHA-256 ${sha256.slice(0, 16)}...`;
}

function alreadyThere(path: string, expected: string, found: string): KilnError {
  return new KilnError("already-there", {
    expected: `${expected} at ${path} in the image's root file system`,
    found,
    next: "bake everything at once into the image as it was downloaded",
  });
}
