import { readdir, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import { digestOf } from "@sysext-kiln/machine";

/** One line for each file and link below a folder: its path, its time, and its digest or target. */
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
