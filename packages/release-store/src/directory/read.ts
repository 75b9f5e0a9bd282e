import { lstat, readdir, readlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { KilnError, systemCode } from "@sysext-kiln/error";
import { readRegularFile } from "@sysext-kiln/machine";
import type { Asset, Release } from "../release-store.ts";
import { notesFile, type Layout } from "./layout.ts";

/** Every release and draft below a directory store's root. */
export async function listReleases(layout: Layout): Promise<Release[]> {
  const latest = await readlink(layout.latest).catch(absent);
  const [published, drafts] = await Promise.all([tagsIn(layout.published), tagsIn(layout.drafts)]);
  const found = await Promise.all([
    ...published.map((tag) => readRelease(join(layout.published, tag), false, latest).catch(absent)),
    ...drafts.map((tag) => readRelease(join(layout.drafts, tag), true, latest).catch(absent)),
  ]);
  // Another publisher may have moved one of them in the meantime.
  return found.filter((release) => release !== undefined);
}

/** The latest release; undefined if there is none. */
export async function findLatest(layout: Layout): Promise<Release | undefined> {
  const latest = await readlink(layout.latest).catch(absent);
  return latest === undefined ? undefined : findRelease(layout, basename(latest));
}

/** The published release of a tag; undefined if there is none. */
export async function findRelease(layout: Layout, tag: string): Promise<Release | undefined> {
  const latest = await readlink(layout.latest).catch(absent);
  return readRelease(join(layout.published, tag), false, latest).catch(absent);
}

async function readRelease(folder: string, draft: boolean, latest: string | undefined): Promise<Release> {
  const tag = basename(folder);
  const notesPath = join(folder, notesFile);
  const [notes, assets] = await Promise.all([readSmallFile(notesPath).catch(absent), readAssets(folder)]);
  const isLatest = !draft && latest !== undefined && basename(latest) === tag;
  // A publisher writes the notes whenever it begins or continues a draft.
  const begunAt = draft ? (await lstat(notesPath).catch(absent))?.mtime : undefined;
  return {
    ...{ id: folder, tag, notes: notes?.toString("utf8") ?? "" },
    ...{ draft, begunAt, latest: isLatest, prerelease: false, assets },
  };
}

/** The size of the largest asset that is read into memory, in bytes. */
const largest = 10_000_000;

/**
 * The bytes of a small asset.
 * @throws KilnError `not-published`
 */
export async function readSmallAsset({ id, tag, assets }: Release, name: string): Promise<Buffer> {
  const bytes = await readSmallFile(join(id, name)).catch(absent);
  if (bytes) return bytes;
  throw new KilnError("not-published", {
    expected: `${name} in the release ${tag}`,
    found: assets.map((one) => one.name).join(", ") || "no asset",
    next: "check whether somebody removed it; the next revision of the version restores it",
  });
}

function readSmallFile(path: string): Promise<Buffer> {
  return readRegularFile(path, largest);
}

/**
 * Never follows a link in the place of one of the store's own folders: kiln would fill, rename and remove
 * what is somewhere else.
 * @throws KilnError `file-inaccessible`
 */
export async function requireOwnFolders({ published, latest, drafts, trash }: Layout): Promise<void> {
  for (const folder of [dirname(published), published, dirname(latest), drafts, trash])
    await requireDirectory(folder);
}

/** @throws KilnError `file-inaccessible` if something other than a directory is there */
export async function requireDirectory(path: string): Promise<void> {
  const stats = await lstat(path).catch(absent);
  if (!stats || stats.isDirectory()) return;
  throw new KilnError("file-inaccessible", {
    expected: `${path} to be a directory, which kiln fills and empties`,
    found: stats.isSymbolicLink() ? "a symbolic link" : "a file",
    next: "find out who put it there, remove it, and run this again; kiln makes the directory itself",
  });
}

/** The assets in a release's folder, without unfinished uploads, whose names begin with a dot. */
export async function readAssets(folder: string): Promise<Asset[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith("."));
  return Promise.all(
    names.map(async (name) => {
      const stats = await lstat(join(folder, name));
      // kiln writes regular files only: anything else is damage.
      return { id: name, name, size: stats.size, sha256: undefined, complete: stats.isFile() };
    }),
  );
}

/** The tags of the releases in a folder of the store. */
export async function tagsIn(folder: string): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true }).catch(absent)) ?? [];
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map(({ name }) => name);
}

function absent(error: unknown): undefined {
  if (systemCode(error) === "ENOENT") return undefined;
  throw error;
}
