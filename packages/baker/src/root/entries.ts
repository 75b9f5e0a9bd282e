import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { ContentFile, Contents } from "../contents.ts";

/** A wanted entry of a file system, always owned by root. */
export type Entry = { path: string } & (
  | { type: "directory" }
  | { type: "regular"; mode: number; sha256: string; size: number; content: ContentFile["content"] }
  | { type: "symlink"; target: string }
);

/** The entries for contents: first the folders above them, from the top. */
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
  const isInMemory = Buffer.isBuffer(content);
  const sha256 = isInMemory ? createHash("sha256").update(content).digest("hex") : content.sha256;
  const size = isInMemory ? content.length : (await stat(content.file)).size;
  return { type: "regular", path, mode, sha256, size, content };
}

function parents(path: string): string[] {
  const parent = dirname(path);
  return parent === "/" ? [] : [...parents(parent), parent];
}

/** Two extensions may contain the same file: the keyring for their manifests. */
function unique<T extends { path: string }>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [item.path, item])).values()];
}

function byDepth(left: string, right: string): number {
  return left.split("/").length - right.split("/").length || (left < right ? -1 : 1);
}
