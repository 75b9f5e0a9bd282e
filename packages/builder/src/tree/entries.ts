import { chmod, lstat, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { KilnError } from "@sysext-kiln/error";

/** A file, directory or link of a tree. */
export interface Entry {
  /** Relative to the tree: `usr/bin/keepalived`. */
  path: string;
  type: "file" | "directory" | "link" | "other";
  /** Permission bits. */
  mode: number;
  /** In bytes. */
  size: number;
  /** In seconds since 1970. */
  modified: number;
  /** The target of a link, as written in it. */
  target?: string;
}

/**
 * Everything below the root of a tree, sorted by path.
 * @throws KilnError `tree-invalid` for a name that is not valid UTF-8, and so has no path
 */
export async function entriesOf(tree: string): Promise<Entry[]> {
  const paths = await pathsBelow(tree, "");
  return Promise.all(paths.toSorted().map((path) => entryOf(tree, path)));
}

async function pathsBelow(tree: string, folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (const entry of await readdir(join(tree, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    // The character with which Node replaces bytes that it cannot decode.
    if (entry.name.includes("\ufffd")) {
      throw new KilnError("tree-invalid", {
        expected: "a tree whose names are valid UTF-8",
        found: path,
        next: "rename that file in the extension's files/, or in what its Dockerfile writes",
      });
    }
    paths.push(path);
    if (entry.isDirectory()) for (const below of await pathsBelow(tree, path)) paths.push(below);
  }
  return paths;
}

async function entryOf(tree: string, path: string): Promise<Entry> {
  const full = join(tree, path);
  const status = await lstat(full);
  const { mode, size, mtimeMs } = status;
  const common = { path, mode: mode & 0o7777, size, modified: Math.floor(mtimeMs / 1000) };
  if (status.isSymbolicLink()) return { ...common, type: "link", target: await readlink(full) };
  if (status.isDirectory()) return { ...common, type: "directory" };
  return { ...common, type: status.isFile() ? "file" : "other" };
}

/**
 * Gives everything in a tree the modes that an image needs, whatever umask the files were checked out with.
 * The modes of an image's directories take precedence over the host's: `usr/bin` with 0700 would break every
 * service that does not run as root.
 */
export async function setModes(tree: string): Promise<void> {
  await chmod(tree, 0o755);
  for (const { path, type, mode } of await entriesOf(tree)) {
    if (type === "directory") await chmod(join(tree, path), 0o755);
    // Files with a set-user-ID bit or the like are left for the check to find.
    if (type === "file" && (mode & 0o7000) === 0)
      await chmod(join(tree, path), (mode & 0o111) === 0 ? 0o644 : 0o755);
  }
}
