import { createHash, type Hash } from "node:crypto";
import type { Dirent } from "node:fs";
import { lstat, open, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { KilnError } from "@sysext-kiln/error";

/** An entry of a git tree. */
interface TreeEntry {
  mode: "100644" | "100755" | "120000" | "40000";
  name: string;
  /** SHA-1, in hex. */
  id: string;
}

/**
 * The id of a folder's git tree, which covers every path, every byte, and which files are executable
 * (gitformat-pack(5), "object types"; in git's order a folder's name ends with a slash). It is computed here
 * because git itself would apply the attributes that it finds in the folder.
 * @throws KilnError `archive-invalid` for anything that a git tree cannot contain, such as a FIFO
 */
export async function gitTreeId(folder: string): Promise<string> {
  const entries: TreeEntry[] = [];
  for (const found of await readdir(folder, { withFileTypes: true }))
    entries.push(await entryOf(folder, found));
  const sorted = entries.toSorted((left, right) => Buffer.compare(sortKey(left), sortKey(right)));
  return objectId(
    "tree",
    Buffer.concat(
      sorted.flatMap(({ mode, name, id }) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")]),
    ),
  );
}

/**
 * The files and links of a folder's git tree, each with its mode and its id as `git ls-tree -r` prints them.
 * @returns by their paths
 */
export async function gitTreeFiles(folder: string, prefix = ""): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const found of await readdir(folder, { withFileTypes: true })) {
    const path = `${prefix}${found.name}`;
    if (found.isDirectory()) {
      for (const file of await gitTreeFiles(join(folder, found.name), `${path}/`)) files.set(...file);
    } else {
      const { mode, id } = await entryOf(folder, found);
      files.set(path, `${mode} ${id}`);
    }
  }
  return files;
}

async function entryOf(folder: string, found: Dirent): Promise<TreeEntry> {
  const { name } = found;
  const path = join(folder, name);
  if (found.isDirectory()) return { mode: "40000", name, id: await gitTreeId(path) };
  if (found.isSymbolicLink()) {
    return { mode: "120000", name, id: objectId("blob", await readlink(path, "buffer")) };
  }
  const stats = await lstat(path);
  if (!stats.isFile()) {
    throw new KilnError("archive-invalid", {
      expected: `${name} to be a folder, a file or a link, as in every git tree`,
      found: "a FIFO, a socket or a device",
      next: "do not use this source; report it to whoever published it",
    });
  }
  const isExecutable = (stats.mode & 0o100) !== 0;
  return { mode: isExecutable ? "100755" : "100644", name, id: await fileId(path, stats.size) };
}

/** Reads the file in pieces: it may be larger than the memory. */
async function fileId(path: string, size: number): Promise<string> {
  const hash = objectHash("blob", size);
  await using file = await open(path);
  for await (const chunk of file.createReadStream({ autoClose: false })) hash.update(chunk);
  return hash.digest("hex");
}

function sortKey({ mode, name }: TreeEntry): Buffer {
  return Buffer.from(mode === "40000" ? `${name}/` : name);
}

function objectId(type: "blob" | "tree", content: Buffer): string {
  return objectHash(type, content.length).update(content).digest("hex");
}

function objectHash(type: "blob" | "tree", size: number): Hash {
  return createHash("sha1").update(`${type} ${size}\0`);
}
