import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join, relative } from "node:path";
import { digestOf } from "@sysext-kiln/machine";
import type { Repository } from "@sysext-kiln/testbed";

type Files = NonNullable<Parameters<Repository["commit"]>[0]>;

/** The files and links in a folder by path, as `Repository.commit` of the testbed's GitHub takes them. */
export async function filesOf(
  folder: string,
  isWanted: (path: string) => boolean = () => true,
): Promise<Files> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = await Promise.all(
    entries
      .filter((entry) => !entry.isDirectory())
      .map(async (entry) => {
        const full = join(entry.parentPath, entry.name);
        const content = entry.isSymbolicLink() ? { link: await readlink(full) } : await readFile(full);
        return [relative(folder, full), content] as const;
      }),
  );
  return Object.fromEntries(files.filter(([path]) => isWanted(path)));
}

/**
 * A line for a folder and each entry in it, with the path, inode and time, and a file's digest or a link's
 * target: any change is visible.
 */
export async function describeTree(folder: string): Promise<string[]> {
  const names = [".", ...(await readdir(folder, { recursive: true }))];
  const lines = names.map(async (name) => {
    const path = join(folder, name);
    const stats = await lstat(path);
    const target = stats.isSymbolicLink() ? await readlink(path) : "";
    return [name, stats.ino, stats.mtimeMs, stats.isFile() ? await digestOf(path) : target].join(" ");
  });
  return (await Promise.all(lines)).toSorted();
}
