import { lstat, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";

/** A folder or file of the machine, and its absolute path in the sandbox. */
export interface Bind {
  source: string;
  target: string;
}

/** The tree of the machine that becomes a sandbox's read-only root. */
export interface Root {
  folder: string;
  /** The top-level names that a program may see; all of them by default. */
  names?: readonly string[];
}

/**
 * The programs and libraries of this machine, without its configuration and data: for a trusted program that
 * reads untrusted data.
 */
export const machinePrograms: Root = {
  folder: "/",
  names: ["usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32"],
};

/** What the sandbox itself provides, whatever the tree contains there. */
const provided = new Set(["dev", "proc", "tmp"]);

/** A top-level entry of a root: a link, or a folder or file below the root's folder. */
export type TopEntry = { name: string; link?: string };

/**
 * The top-level entries of a root. Each is mounted separately, so that mount points can be added without a
 * change to the tree.
 */
export async function topEntries({ folder, names }: Root): Promise<TopEntry[]> {
  const found = (await readdir(folder)).filter(
    (name) => !provided.has(name) && (names === undefined || names.includes(name)),
  );
  return Promise.all(
    found.map(async (name) => {
      const path = join(folder, name);
      return (await lstat(path)).isSymbolicLink() ? { name, link: await readlink(path) } : { name };
    }),
  );
}
