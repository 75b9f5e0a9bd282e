import { lstat, readdir, readlink } from "node:fs/promises";
import { join, relative } from "node:path";

/** A file, directory or link of a tree. */
export interface Entry {
  /** Relative to the tree: `usr/bin/keepalived`. */
  path: string;
  type: "file" | "directory" | "link" | "other";
  /** Permission bits. */
  mode: number;
  /** In seconds since 1970. */
  modified: number;
  /** Where a link leads. */
  target?: string;
}

/** Everything below a tree's root, by path. */
export async function entriesOf(tree: string): Promise<Entry[]> {
  const found = await readdir(tree, { recursive: true, withFileTypes: true });
  const paths = found.map((entry) => relative(tree, join(entry.parentPath, entry.name))).toSorted();
  return Promise.all(paths.map((path) => entryOf(tree, path)));
}

async function entryOf(tree: string, path: string): Promise<Entry> {
  const full = join(tree, path);
  const status = await lstat(full);
  const common = { path, mode: status.mode & 0o7777, modified: Math.floor(status.mtimeMs / 1000) };
  if (status.isSymbolicLink()) return { ...common, type: "link", target: await readlink(full) };
  if (status.isDirectory()) return { ...common, type: "directory" };
  return { ...common, type: status.isFile() ? "file" : "other" };
}
