import { hash } from "node:crypto";
import { isKilnError } from "@sysext-kiln/error";
import type { Definition } from "@sysext-kiln/extension";
import { cacheDirectory, withWorkFolder, type Say } from "@sysext-kiln/machine";
import type { Release, ReleaseStore } from "@sysext-kiln/release-store";
import { bestBeforeEntry, isFresh, splitBestBefore } from "./best-before.ts";
import { formatManifest, manifestName } from "./manifest.ts";
import { publishDraft, type DraftAsset } from "./publish-draft.ts";
import { listedImages, retainedImages, type RetainedImage } from "./retention.ts";
import {
  formatSignatureRecord,
  isSignedBy,
  manifestAssets,
  signManifest,
  type SignedManifest,
} from "./signing/signed-manifest.ts";
import type { Signer } from "./signing/signer.ts";
import { judgeImages, untrustedError } from "./trusted-images.ts";
import { newestUpdateDirectory, prune, updatesNumber, updatesTag } from "./update-releases.ts";

export interface UpdateDirectoryOptions {
  /** Signs the manifest; if undefined, the manifest is not signed. */
  signer?: Signer | undefined;
  /** For how many days hosts may use the directory; undefined means indefinitely. */
  bestBeforeDays?: number | undefined;
  now?: Date;
  /** Receives lines about how much has been sent. */
  say?: Say | undefined;
}

/**
 * Brings the update directory up to date with the permanent releases: creates a new release `updates-N` as a
 * draft, and publishes it as the latest in one step. A directory is not published again if it has the same
 * images, a valid signature by the same key, and enough time until its best-before date.
 * @returns whether hosts see a different directory than before
 * @throws KilnError `signature-invalid` if the key has not signed an image that is published; the directory
 * then has only the others
 */
export async function publishUpdateDirectory(
  store: ReleaseStore,
  definitions: readonly Definition[],
  { now = new Date(), ...given }: UpdateDirectoryOptions = {},
): Promise<boolean> {
  const { changed, untrusted } = await publishCurrent(store, definitions, { ...given, now });
  if (changed !== undefined) await prune(store, definitions, { changed, now });
  if (untrusted.length > 0) throw untrustedError(store, untrusted);
  return changed ?? false;
}

/**
 * Whether publishing the update directory would change what hosts see. This works without the key, so it does
 * not check the signature, and it makes no request for what the list of releases already contains.
 * @param releases what the store has now
 */
export async function isUpdateDirectoryOutOfDate(
  store: ReleaseStore,
  releases: readonly Release[],
  definitions: readonly Definition[],
  { bestBeforeDays, now = new Date() }: Pick<UpdateDirectoryOptions, "bestBeforeDays" | "now"> = {},
): Promise<boolean> {
  const images = await listedImages(store, definitions, releases);
  if (images.length === 0) return false;
  const newest = newestUpdateDirectory(releases);
  if (!newest?.latest) return true;

  const expected = formatManifest(images);
  const listedDigest = newest.assets.find(({ name }) => name === manifestName)?.sha256;
  if (bestBeforeDays === undefined && listedDigest !== undefined)
    return listedDigest !== hash("sha256", expected);
  const present = splitBestBefore(await store.readText(newest, manifestName));
  return present.images !== expected || !isFresh(present.dates, bestBeforeDays, now);
}

type Options = UpdateDirectoryOptions & { now: Date };

/** How often another publisher may be first before this one gives up. */
const maxAttempts = 5;

/**
 * A tag can be published only once, so `updates-N` always has the contents for a list of releases whose
 * newest update directory was the one before N. If another publisher was first with N, this one starts again
 * with a list that includes it.
 * @returns whether hosts see a different directory than before, undefined if no image is published; and the
 * images that were left out
 */
async function publishCurrent(
  store: ReleaseStore,
  definitions: readonly Definition[],
  options: Options,
): Promise<{ changed: boolean | undefined; untrusted: readonly RetainedImage[] }> {
  const { signer, now } = options;
  let number = 0;
  for (let attempt = 1; ; attempt += 1) {
    const releases = await store.list();
    const retained = await retainedImages(store, definitions, releases);
    const { trusted, untrusted } = signer
      ? await judgeImages(store, retained, releases, { signer, now })
      : { trusted: retained, untrusted: [] };
    if (trusted.length === 0) return { changed: undefined, untrusted };
    const newest = newestUpdateDirectory(releases);
    // On GitHub, the tag of a directory that was removed by hand may still be taken.
    number = Math.max(number, updatesNumber(newest?.tag)) + 1;
    try {
      const changed = await publishUnlessCurrent(store, newest, trusted, updatesTag(number), options);
      return { changed, untrusted };
    } catch (error) {
      if (!isKilnError(error, "release-conflict") || attempt === maxAttempts) throw error;
    }
  }
}

async function publishUnlessCurrent(
  store: ReleaseStore,
  newest: Release | undefined,
  images: readonly RetainedImage[],
  tag: string,
  options: Options,
): Promise<boolean> {
  const hasCurrent = newest !== undefined && (await isCurrent(store, newest, images, options));
  if (hasCurrent && newest.latest) return false;
  if (hasCurrent) {
    // A run was killed between publishing the directory and directing hosts to it.
    await store.makeLatest(newest);
    return true;
  }

  const { signer, bestBeforeDays, now, say } = options;
  const dates = bestBeforeDays === undefined ? [] : [bestBeforeEntry(bestBeforeDays, now)];
  const manifest = await signManifest(formatManifest([...images, ...dates]), signer, now);
  await withWorkFolder({ parent: cacheDirectory("work") }, async (folder) => {
    const assets = [
      ...images.map((image) => copiedAsset(store, image)),
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

function copiedAsset(store: ReleaseStore, { name, sha256, release }: RetainedImage): DraftAsset {
  const { size = 0 } = release.assets.find((asset) => asset.name === name) ?? {};
  return { name, sha256, size, send: (draft) => store.copy(draft, { name, sha256 }, release) };
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
    "The images that hosts update to with systemd-sysupdate:",
    "",
    ...names,
    "",
    formatSignatureRecord(manifest),
  ].join("\n");
}
