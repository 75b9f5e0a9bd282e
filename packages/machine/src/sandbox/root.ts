import { lstat, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";

/** A folder or file of the machine, and the absolute path where a program in the sandbox finds it. */
export interface Bind {
  readonly source: string;
  readonly target: string;
}

/** The tree of the machine that becomes a sandbox's read-only root. */
export interface Root {
  readonly folder: string;
  /** The names at its top that a program may see; all of them where it is undefined. */
  readonly names?: readonly string[];
}

/** The programs and libraries of this machine, without its configuration and data: for a trusted program that reads what is not. */
export const machinePrograms: Root = {
  folder: "/",
  names: ["usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32"],
};

/** What the sandbox provides itself, whatever the tree has there. */
const provided = new Set(["dev", "proc", "tmp"]);

/** One name at the top of a root: a link, or a folder or file below the root's folder. */
export type TopEntry = { readonly name: string; readonly link?: string };

/**
 * What stands at the top of a root. Each entry is mounted by itself, so that mount points can be made beside them
 * without a change to the tree.
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
