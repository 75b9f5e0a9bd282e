import { isKilnError } from "@sysext-kiln/error";
import type { Definition } from "@sysext-kiln/extension";
import { cacheDirectory, withWorkFolder, type Say } from "@sysext-kiln/machine";
import type { Release, ReleaseStore } from "@sysext-kiln/release-store";
import { bestBeforeEntry, isFresh, splitBestBefore } from "./best-before.ts";
import type { WantedAsset } from "./fill-draft.ts";
import { formatManifest, manifestName } from "./manifest.ts";
import { prune } from "./prune.ts";
import { publishDraft } from "./publish-draft.ts";
import { retainedImages, type RetainedImage } from "./retention.ts";
import {
  formatSignatureRecord,
  isSignedBy,
  manifestAssets,
  signManifest,
  type SignedManifest,
} from "./signing/manifest.ts";
import type { Signer } from "./signing/signer.ts";
import { newestDirectory, numberOf, updatesTag } from "./updates.ts";

export interface UpdateDirectoryOptions {
  /** Signs the manifest; without it, it is not signed. */
  signer?: Signer | undefined;
  /** For how many days hosts may take the directory for the present one. */
  bestBeforeDays?: number | undefined;
  now?: Date;
  /** Takes a line about how much has been sent. */
  say?: Say | undefined;
}

/**
 * Brings the update directory up to date with the permanent releases: a fresh release `updates-N`, prepared as a
 * draft and shown as the latest in one step. A directory with the same images, a good signature by the same key, and
 * enough time to its best-before date is not published again.
 * @returns whether hosts see another directory than before
 */
export async function publishUpdateDirectory(
  store: ReleaseStore,
  definitions: readonly Definition[],
  { now = new Date(), ...given }: UpdateDirectoryOptions = {},
): Promise<boolean> {
  const options = { ...given, now };
  const changed = await showNewest(store, definitions, options);
  if (changed === undefined) return false;
  await prune(store, definitions, { changed, now });
  return changed;
}

type Options = UpdateDirectoryOptions & { now: Date };

/** How often another publisher may be first before we give up. */
const mostAttempts = 5;

/**
 * A tag can be published once. So `updates-N` holds what was made from a list in which N - 1 was the newest: where
 * another publisher was first with N, everything is looked at again, with what that one has published.
 * @returns undefined where there is nothing to show
 */
async function showNewest(
  store: ReleaseStore,
  definitions: readonly Definition[],
  options: Options,
): Promise<boolean | undefined> {
  let number = 0;
  for (let attempt = 1; ; attempt += 1) {
    const releases = await store.list();
    const images = await retainedImages(store, definitions, releases);
    if (images.length === 0) return undefined;
    const newest = newestDirectory(releases);
    // The number of a directory that was removed by hand may be taken as well.
    number = Math.max(number, numberOf(newest?.tag)) + 1;
    try {
      return await show(store, newest, images, updatesTag(number), options);
    } catch (error) {
      if (!isKilnError(error, "release-conflict") || attempt === mostAttempts) throw error;
    }
  }
}

async function show(
  store: ReleaseStore,
  newest: Release | undefined,
  images: readonly RetainedImage[],
  tag: string,
  options: Options,
): Promise<boolean> {
  const isThere = newest !== undefined && (await isCurrent(store, newest, images, options));
  if (isThere && newest.latest) return false;
  if (isThere) {
    // A run was killed between publishing the directory and leading hosts to it.
    await store.makeLatest(newest);
    return true;
  }

  const { signer, bestBeforeDays, now, say } = options;
  const dates = bestBeforeDays === undefined ? [] : [bestBeforeEntry(bestBeforeDays, now)];
  const manifest = await signManifest(formatManifest([...images, ...dates]), signer, now);
  await withWorkFolder({ parent: cacheDirectory("work") }, async (folder) => {
    const assets = [
      ...images.map((image) => copied(store, image)),
      ...(await manifestAssets(store, manifest, folder)),
    ];
    await publishDraft(store, {
      tag,
      notes: directoryNotes(images, manifest),
      assets,
      latest: true,
      say,
    });
  });
  return true;
}

function copied(store: ReleaseStore, { name, sha256, release }: RetainedImage): WantedAsset {
  const { size = 0 } = release.assets.find((asset) => asset.name === name) ?? {};
  return { name, sha256, size, put: (into) => store.copy(into, { name, sha256 }, release) };
}

async function isCurrent(
  store: ReleaseStore,
  directory: Release,
  images: readonly RetainedImage[],
  { signer, bestBeforeDays, now }: Options,
): Promise<boolean> {
  const manifest = await store.readText(directory, manifestName);
  const present = splitBestBefore(manifest);
  if (present.images !== formatManifest(images) || !isFresh(present.dates, bestBeforeDays, now)) return false;
  return !signer || (await isSignedBy(signer, directory, manifest, now));
}

function directoryNotes(images: readonly RetainedImage[], manifest: SignedManifest): string {
  const names = images.map(({ name }) => `- \`${name}\``).toSorted();
  return [
    "The images that hosts update to, for systemd-sysupdate.",
    "",
    ...names,
    "",
    formatSignatureRecord(manifest),
  ].join("\n");
}
