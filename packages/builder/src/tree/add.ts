import { constants } from "node:fs";
import { chmod, copyFile, lstat, mkdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { KilnError, systemCode } from "@sysext-kiln/error";
import { entriesOf } from "./entries.ts";

// What was compiled or unpacked may contain links that lead out of a tree. So nothing is written through a
// link here: a link at the end of a path is replaced, and one in the middle of a path is an error.

/**
 * Copies directories, files and links into a tree; files and links replace those that are there.
 * @param at the directory of the tree that they are copied to
 * @throws KilnError `tree-invalid` for files of other types, and for paths that lead through something else
 * than directories
 */
export async function addTree(from: string, tree: string, at = "."): Promise<void> {
  if (!(await lstat(from)).isDirectory()) throw notADirectory(basename(from));
  for (const { path: below, type, target } of await entriesOf(from)) {
    const path = join(at, below);
    if (type === "directory") await makeDirectory(tree, path);
    else if (type === "file") await addFile(join(from, below), tree, path);
    else if (type === "link") await addLink(target ?? "", tree, path);
    else throw invalid("only directories, files and links", `a FIFO, socket or device at ${path}`);
  }
}

/** Copies a regular file into a tree, with its mode and date. */
export async function addFile(source: string, tree: string, path: string): Promise<void> {
  const target = await freePath(tree, path);
  await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  const { mtime } = await lstat(source);
  await utimes(target, mtime, mtime);
}

/** Makes a link in a tree. */
export async function addLink(target: string, tree: string, path: string): Promise<void> {
  await symlink(target, await freePath(tree, path));
}

/**
 * Copies a program that was downloaded by itself, without an archive: it has neither a mode nor a date of its
 * own, so it gets the date 0.
 */
export async function addProgram(source: string, tree: string, path: string): Promise<void> {
  await addFile(source, tree, path);
  const target = join(tree, path);
  await chmod(target, 0o755);
  await utimes(target, 0, 0);
}

/** Writes a text into a tree. */
export async function addText(text: string, tree: string, path: string): Promise<void> {
  await writeFile(await freePath(tree, path), text, { flag: "wx" });
}

/** Makes the directory of a path, and removes what is at its end, unless that is a directory. */
async function freePath(tree: string, path: string): Promise<string> {
  await makeDirectory(tree, dirname(path));
  const target = join(tree, path);
  if ((await lstatIfPresent(target))?.isDirectory()) {
    throw invalid(`${path} to be a file or a link`, "a directory");
  }
  await rm(target, { force: true });
  return target;
}

async function makeDirectory(tree: string, path: string): Promise<void> {
  const names = path.split("/").filter((name) => name !== ".");
  if (names.includes("..")) throw new Error(`${path} leads out of the tree`);
  let current = tree;
  for (const name of names) {
    current = join(current, name);
    const present = await lstatIfPresent(current);
    if (!present) await mkdir(current);
    else if (!present.isDirectory()) throw notADirectory(current.slice(tree.length + 1));
  }
}

async function lstatIfPresent(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function notADirectory(path: string): KilnError {
  return invalid(`${path} to be a directory`, "a link or a file");
}

function invalid(expected: string, found: string): KilnError {
  return new KilnError("tree-invalid", {
    expected: `${expected} in the image's tree`,
    found,
    next: "correct the Dockerfile, or what extension.yaml takes from its inputs",
  });
}
