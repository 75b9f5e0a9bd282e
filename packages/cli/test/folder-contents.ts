import { readdir, readFile, readlink, stat } from "node:fs/promises";
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
 * One line for each entry in a folder: its path, and the time and digest of a file or the target of a link.
 */
export async function describeTree(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const lines = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    if (entry.isSymbolicLink()) return `${path} -> ${await readlink(path)}`;
    if (!entry.isFile()) return `${path}/`;
    return `${path} ${(await stat(path)).mtimeMs} ${await digestOf(path)}`;
  });
  return (await Promise.all(lines)).toSorted();
}
