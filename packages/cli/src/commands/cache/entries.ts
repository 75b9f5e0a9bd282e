import { lstat, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "@sysext-kiln/error";
import { cacheDirectory, rootPrefix, run, type Say } from "@sysext-kiln/machine";

/** A part of the cache that is removed as a whole. */
export interface Entry {
  /** The folder of the cache that it is in: `downloads`. */
  kind: string;
  path: string;
  /** In bytes, on the disk; undefined if only root may know. */
  size: number | undefined;
  /** When any of its files was last read or changed: for reads, Linux updates this once a day. */
  usedAt: Date;
}

/** The data of kiln's own Docker engine: layers of builds. */
export const engineKind = "engine";

/** All entries of the cache, except locks, which other processes may be waiting for. */
export async function cacheEntries(say: Say): Promise<Entry[]> {
  const root = cacheDirectory();
  const kinds = (await listFolder(root)).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const entries = kinds.map(async (kind) => {
    say(`measuring ${join(root, kind)}`);
    if (kind === engineKind) return [await engineEntry(join(root, kind))];
    if (kind === "work") return []; // of running commands, and removed with what killed ones left
    const names = (await listFolder(join(root, kind))).map(({ name }) => name);
    const parts = names.filter((name) => !name.endsWith(".lock"));
    return Promise.all(parts.map((name) => entryOf(kind, join(root, kind, name))));
  });
  return (await Promise.all(entries)).flat();
}

/** What Docker keeps, which is root's, and which kiln can only remove as a whole. */
async function engineEntry(path: string): Promise<Entry> {
  const log = await ignoreMissing(stat(cacheDirectory("engine.log")));
  const prefix = await rootPrefix();
  const [program, ...args] = [...(prefix ?? []), "du", "--summarize", "--block-size=1", path];
  const size = prefix === undefined ? undefined : Number.parseInt(await run(program ?? "", args), 10);
  return { kind: engineKind, path, size, usedAt: log?.mtime ?? new Date(0) };
}

async function entryOf(kind: string, path: string): Promise<Entry> {
  const { size, usedAt } = await measure(path);
  return { kind, path, size, usedAt: new Date(usedAt) };
}

/** The size of a tree, and the latest time at which any of it was used. Files may vanish meanwhile. */
async function measure(path: string): Promise<{ size: number; usedAt: number }> {
  const status = await ignoreMissing(lstat(path));
  if (status === undefined) return { size: 0, usedAt: 0 };
  const own = { size: status.blocks * 512, usedAt: Math.max(status.atimeMs, status.mtimeMs) };
  // Reading a folder, as this does, counts as a use of it.
  if (!status.isDirectory()) return own;
  const total = { size: own.size, usedAt: status.mtimeMs };
  for (const { name } of await listFolder(path)) {
    const part = await measure(join(path, name));
    total.size += part.size;
    total.usedAt = Math.max(total.usedAt, part.usedAt);
  }
  return total;
}

async function listFolder(path: string) {
  return (await ignoreMissing(readdir(path, { withFileTypes: true }))) ?? [];
}

async function ignoreMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
