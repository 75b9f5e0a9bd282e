import { readdir, readFile, readlink } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Repository } from "@sysext-kiln/testbed";

type Files = NonNullable<Parameters<Repository["commit"]>[0]>;

/** A folder's files and links by their paths, to be committed to a repository of the testbed's GitHub. */
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
