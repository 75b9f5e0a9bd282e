import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { ContentFile, Contents } from "../contents.ts";

/** Something that a file system is to have, always owned by root. */
export type Entry = { path: string } & (
  | { type: "directory" }
  | { type: "regular"; mode: number; sha256: string; size: number; content: ContentFile["content"] }
  | { type: "symlink"; target: string }
);

/** The entries of what is to be written: first the folders that lead there, from the top. */
export async function entriesOf({ files, links }: Contents): Promise<Entry[]> {
  const paths = [...files, ...links].map(({ path }) => path);
  const folders = [...new Set(paths.flatMap(parents))].toSorted(byDepth);
  return [
    ...folders.map((path): Entry => ({ type: "directory", path })),
    ...(await Promise.all(unique(files).map(fileEntry))),
    ...unique(links).map(({ path, target }): Entry => ({ type: "symlink", path, target })),
  ];
}

async function fileEntry({ path, mode, content }: ContentFile): Promise<Entry> {
  const isHere = Buffer.isBuffer(content);
  const sha256 = isHere ? createHash("sha256").update(content).digest("hex") : content.sha256;
  const size = isHere ? content.length : (await stat(content.file)).size;
  return { type: "regular", path, mode, sha256, size, content };
}

function parents(path: string): string[] {
  const parent = dirname(path);
  return parent === "/" ? [] : [...parents(parent), parent];
}

/** Two extensions may bring the same file: the keys that their manifests are signed with. */
function unique<T extends { path: string }>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [item.path, item])).values()];
}

function byDepth(left: string, right: string): number {
  return left.split("/").length - right.split("/").length || (left < right ? -1 : 1);
}
