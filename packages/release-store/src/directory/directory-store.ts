import { constants } from "node:fs";
import { copyFile, link, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { KilnError, systemCode } from "@sysext-kiln/error";
import { digestOf, makeFolder, openRegularFile, syncToDisk, withLock } from "@sysext-kiln/machine";
import type { Release, ReleaseStore } from "../release-store.ts";
import { layoutOf, notesFile, partial } from "./layout.ts";
import {
  findLatest,
  findRelease,
  listReleases,
  readAssets,
  readSmallAsset,
  requireDirectory,
  requireOwnFolders,
  tagsIn,
} from "./read.ts";

/**
 * Releases in a plain directory that any web server can serve, under the URL paths of GitHub Releases.
 * Everything becomes visible by a rename, so a kill leaves either the old state or the new one.
 */
export function directoryStore(root: string): ReleaseStore {
  const layout = layoutOf(root);

  async function makeLatest({ tag }: Pick<Release, "tag">): Promise<void> {
    const folder = dirname(layout.latest);
    const next = join(folder, ".next");
    await requireOwnFolders(layout);
    await makeFolder(folder);
    await rm(next, { force: true });
    await symlink(relative(folder, join(layout.published, tag)), next);
    await rename(next, layout.latest);
    await syncToDisk(folder);
  }

  return {
    name: `directory ${root}`,
    baseUrl: undefined,
    folder: root,
    maxAssets: Infinity,
    remainingRequests: () => undefined,
    list: () => listReleases(layout),
    async tagsBeginningWith(prefix) {
      const tags = await tagsIn(layout.published);
      return tags.filter((tag) => tag.startsWith(prefix));
    },
    latest: () => findLatest(layout),
    find: (tag) => findRelease(layout, tag),
    readText: async (release, assetName) => (await readSmallAsset(release, assetName)).toString("utf8"),
    readBytes: readSmallAsset,

    async fileOf(release, { name, sha256 }) {
      const path = join(release.id, name);
      const found = await digestOf(path);
      if (found === sha256) return path;
      throw new KilnError("digest-mismatch", {
        expected: `${path} to have the SHA-256 ${sha256}`,
        found,
        next: "do not use this file; restore the release from a copy",
      });
    },

    async draft(tag, notes) {
      const id = join(layout.drafts, tag);
      await requireOwnFolders(layout);
      await requireDirectory(id);
      await makeFolder(id);
      // Not through a link, in case the notes are one.
      await rm(join(id, notesFile), { force: true });
      await writeFile(join(id, notesFile), notes);
      return {
        id,
        tag,
        notes,
        draft: true,
        begunAt: new Date(),
        latest: false,
        prerelease: false,
        assets: await readAssets(id),
      };
    },

    async upload(draft, assetName, path, onBytes) {
      await writeAsset(draft, assetName, (unfinished) => copyFile(path, unfinished, constants.COPYFILE_EXCL));
      onBytes?.((await stat(path)).size);
    },

    copy: (draft, { name }, from) =>
      writeAsset(draft, name, (unfinished) => linkOrCopy(join(from.id, name), unfinished)),

    async readBack(release) {
      const assets = await readAssets(release.id);
      return Promise.all(
        assets.map(async (asset) =>
          asset.complete ? { ...asset, sha256: await digestOf(join(release.id, asset.name)) } : asset,
        ),
      );
    },

    removeAsset: (draft, { name }) => rm(join(draft.id, name), { force: true, recursive: true }),

    async publish(draft, { latest }) {
      await requireOwnFolders(layout);
      await makeFolder(layout.published);
      await syncToDisk(draft.id);
      const target = join(layout.published, draft.tag);
      await rename(draft.id, target).catch((cause: unknown) => {
        if (systemCode(cause) !== "ENOTEMPTY" && systemCode(cause) !== "EEXIST") throw cause;
        throw new KilnError("release-conflict", {
          expected: `no release ${draft.tag} in ${root}`,
          found: "a release that was published before this draft",
          next: "run it again; the existing release is left as it is",
          cause,
        });
      });
      await syncToDisk(layout.published);
      if (latest) await makeLatest(draft);
    },

    makeLatest,

    async editNotes(release, notes) {
      await requireOwnFolders(layout);
      const unfinished = join(release.id, `${partial.prefix}notes${partial.suffix}`);
      await rm(unfinished, { force: true });
      await writeFile(unfinished, notes, { flag: "wx" });
      await syncToDisk(unfinished);
      await rename(unfinished, join(release.id, notesFile));
    },

    // A web server follows the link for each request.
    untilServed: () => Promise.resolve(),

    async remove(release) {
      await requireOwnFolders(layout);
      await makeFolder(layout.trash);
      // One rename hides the release: a kill during the slow removal never leaves a part of it visible.
      await rm(join(layout.trash, basename(release.id)), { recursive: true, force: true });
      await rename(release.id, join(layout.trash, basename(release.id))).catch((error: unknown) => {
        // A draft that was published in the meantime has moved, and stays.
        if (!release.draft || systemCode(error) !== "ENOENT") throw error;
      });
      await rm(layout.trash, { recursive: true, force: true });
    },

    async exclusively(work) {
      await makeFolder(root);
      return withLock(layout.lock, work);
    },
  };
}

/** Writes an asset into a draft under a temporary name first, so that a kill leaves no incomplete asset. */
async function writeAsset(
  draft: Release,
  assetName: string,
  write: (path: string) => Promise<void>,
): Promise<void> {
  const unfinished = join(draft.id, `${partial.prefix}${assetName}${partial.suffix}`);
  await rm(unfinished, { force: true });
  await write(unfinished);
  await syncToDisk(unfinished);
  await rename(unfinished, join(draft.id, assetName));
}

/** The errors of a file system without hard links. */
const unlinkable = new Set(["EXDEV", "EPERM", "EMLINK", "ENOTSUP"]);

/**
 * Copies share their bytes on disk where the file system can: published bytes never change.
 * @throws KilnError `file-inaccessible` for anything but a regular file: a second name of a FIFO is a FIFO
 */
async function linkOrCopy(from: string, to: string): Promise<void> {
  await using _ = await openRegularFile(from);
  try {
    await link(from, to);
  } catch (error) {
    if (!unlinkable.has(systemCode(error) ?? "")) throw error;
    await copyFile(from, to, constants.COPYFILE_EXCL);
  }
}
