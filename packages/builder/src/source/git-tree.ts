import { createHash } from "node:crypto";
import type { Dirent } from "node:fs";
import { readdir, readFile, readlink, stat } from "node:fs/promises";
import { join } from "node:path";

/** An entry of a git tree. */
interface TreeEntry {
  mode: "100644" | "100755" | "120000" | "40000";
  name: string;
  /** SHA-1, in hex. */
  id: string;
}

/**
 * What git calls the content of a folder: the id of its tree, over every path, every byte and which files are executable
 * (gitformat-pack(5), "object types"; the order is git's, in which a folder's name ends with a slash). Computed here, as
 * git itself would apply the attributes that it finds in the folder.
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

async function entryOf(folder: string, found: Dirent): Promise<TreeEntry> {
  const { name } = found;
  const path = join(folder, name);
  if (found.isDirectory()) return { mode: "40000", name, id: await gitTreeId(path) };
  if (found.isSymbolicLink()) {
    return { mode: "120000", name, id: objectId("blob", await readlink(path, "buffer")) };
  }
  const isExecutable = ((await stat(path)).mode & 0o100) !== 0;
  return { mode: isExecutable ? "100755" : "100644", name, id: objectId("blob", await readFile(path)) };
}

function sortKey({ mode, name }: TreeEntry): Buffer {
  return Buffer.from(mode === "40000" ? `${name}/` : name);
}

function objectId(type: "blob" | "tree", content: Buffer): string {
  return createHash("sha1").update(`${type} ${content.length}\0`).update(content).digest("hex");
}
