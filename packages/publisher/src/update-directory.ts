import { hash } from "node:crypto";
import { isKilnError, KilnError } from "@sysext-kiln/error";
import {
  type Definition,
  formatIndex,
  indexName,
  type IndexedImage,
  largestIndexNumber,
} from "@sysext-kiln/extension";
import { cacheDirectory, withWorkFolder, type Say } from "@sysext-kiln/machine";
import { type Release, type ReleaseStore } from "@sysext-kiln/release-store";
import { bestBeforeEntry } from "./best-before.ts";
import { isCurrent, isCurrentRelease } from "./current-directory.ts";
import { planDirectory, type DirectoryPlan, type DirectoryPlanOptions } from "./directory-plan.ts";
import { formatManifest } from "./manifest.ts";
import { secondsOf, type ReleasedImage } from "./offers.ts";
import { readIfValid, readPrevious } from "./previous-directory.ts";
import { publishDraft, type DraftAsset } from "./publish-draft.ts";
import {
  formatSignatureRecord,
  manifestAssets,
  signManifest,
  type SignedManifest,
} from "./signing/signed-manifest.ts";
import { listedImages, trustedImages, untrustedError } from "./trusted-images.ts";
import {
  newestUpdateDirectory,
  prune,
  updateDirectoriesIn,
  updatesNumber,
  updatesTag,
} from "./update-releases.ts";
import { markWithdrawn } from "./withdrawn-notes.ts";

export interface UpdateDirectoryOptions extends Partial<DirectoryPlanOptions> {
  /** For how many days hosts may use the directory; undefined means indefinitely. */
  bestBeforeDays?: number | undefined;
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
  if (changed !== undefined) {
    await prune(store, definitions, { changed, now });
    await markWithdrawn(store, definitions);
  }
  if (untrusted.length > 0) throw untrustedError(store, untrusted);
  return changed ?? false;
}

/**
 * Whether publishing the update directory would change what hosts see. This works without the key, so it does
 * not check the signature.
 * @param releases what the store has now
 */
export async function isUpdateDirectoryOutOfDate(
  store: ReleaseStore,
  releases: readonly Release[],
  definitions: readonly Definition[],
  { bestBeforeDays, now = new Date(), updateDirectory, keep }: OutOfDateOptions = {},
): Promise<boolean> {
  const newest = newestUpdateDirectory(releases);
  const present = newest && (await readIfValid(store, newest));
  const trusted = listedImages(store, present);
  const planned = await planDirectory(
    definitions,
    releases,
    { previous: present, trusted },
    { now, updateDirectory, keep },
  );
  if (planned.index.images.length === 0) return false;
  if (!newest?.latest || !present) return true;
  return !isCurrent(present, planned, { bestBeforeDays, now, checksKeys: false });
}

type OutOfDateOptions = Pick<UpdateDirectoryOptions, "bestBeforeDays" | "now" | "updateDirectory" | "keep">;

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
): Promise<{ changed: boolean | undefined; untrusted: readonly ReleasedImage[] }> {
  let number = 0;
  for (let attempt = 1; ; attempt += 1) {
    const releases = await store.list();
    const { plan, untrusted } = await planTrusted(store, definitions, releases, options);
    if (plan.index.images.length === 0) return { changed: undefined, untrusted };
    const newest = newestUpdateDirectory(releases);
    // On GitHub, the tag of a directory that was removed by hand may still be taken.
    number = Math.max(number, updatesNumber(newest?.tag)) + 1;
    if (number > largestIndexNumber) throw numbersUsedUp(store, newest);
    try {
      const changed = await publishUnlessCurrent(store, releases, plan, number, options);
      return { changed, untrusted };
    } catch (error) {
      if (!isKilnError(error, "release-conflict") || attempt === maxAttempts) throw error;
    }
  }
}

/** Somebody who may write releases, but does not have the key, has published one with a number of their own. */
function numbersUsedUp({ name }: ReleaseStore, newest: Release | undefined): KilnError {
  return new KilnError("release-conflict", {
    expected: `update directories on ${name} with numbers of at most ${largestIndexNumber - 1}`,
    found: `the release ${newest?.tag}`,
    next: "find out who published it, and remove it",
  });
}

/**
 * Plans what may be signed. A key that has signed no update directory yet is new, and takes over everything
 * that is published; where no directory exists either, everything unless some release is signed by it.
 */
async function planTrusted(
  store: ReleaseStore,
  definitions: readonly Definition[],
  releases: readonly Release[],
  options: Options,
): Promise<{ plan: DirectoryPlan; untrusted: readonly ReleasedImage[] }> {
  const by = { signer: options.signer, now: options.now };
  const previous = await readPrevious(store, releases, by);
  const planWith = async (trustsAll: boolean) => {
    const trusted = trustedImages(store, releases, { previous, trustsAll, by });
    const plan = await planDirectory(
      definitions,
      releases,
      { previous: previous.contents, trusted },
      { ...options, baseUrl: store.baseUrl ?? options.baseUrl },
    );
    return { plan, untrusted: trusted.untrusted };
  };
  const planned = await planWith(previous.isNewKey && updateDirectoriesIn(releases).length > 0);
  const foundNone = previous.isNewKey && planned.plan.index.images.length === 0;
  return foundNone ? planWith(true) : planned;
}

async function publishUnlessCurrent(
  store: ReleaseStore,
  releases: readonly Release[],
  plan: DirectoryPlan,
  number: number,
  options: Options,
): Promise<boolean> {
  const newest = newestUpdateDirectory(releases);
  const hasCurrent = newest !== undefined && (await isCurrentRelease(store, newest, plan, options));
  if (hasCurrent && newest.latest) return false;
  if (hasCurrent) {
    // A run was killed between publishing the directory and directing hosts to it.
    await store.makeLatest(newest);
    return true;
  }

  const { signer, bestBeforeDays, now, say } = options;
  requireSpace(store, plan.images);
  if (plan.omitted.length > 0)
    say?.(
      `hosts without kiln-host get no updates, as kiln.yaml has "updateDirectory: index": ${plan.omitted.length} images are not in the update directory`,
    );
  const index = {
    name: indexName(number),
    text: formatIndex({
      ...plan.index,
      number,
      created: plan.created,
      ...(bestBeforeDays !== undefined && { expires: secondsOf(now) + bestBeforeDays * 24 * 60 * 60 }),
    }),
  };
  const dates = bestBeforeDays === undefined ? [] : [bestBeforeEntry(bestBeforeDays, now)];
  const listed = [...plan.images, { name: index.name, sha256: hash("sha256", index.text) }, ...dates];
  const manifest = await signManifest(formatManifest(listed), signer, now);
  await withWorkFolder({ parent: cacheDirectory("work") }, async (folder) => {
    const assets = [
      ...plan.images.map((image) => copiedAsset(store, releases, image)),
      ...(await manifestAssets(store, manifest, folder, index)),
    ];
    await publishDraft(store, {
      tag: updatesTag(number),
      notes: directoryNotes(plan, manifest),
      assets,
      latest: true,
      say,
    });
  });
  return true;
}

/** The manifest, its signature, the keyring and the index. */
const otherAssets = 4;

/** @throws KilnError `release-conflict` before anything is uploaded that would not fit */
function requireSpace({ name, maxAssets }: ReleaseStore, images: readonly IndexedImage[]): void {
  if (images.length + otherAssets <= maxAssets) return;
  throw new KilnError("release-conflict", {
    expected: `at most ${maxAssets - otherAssets} images in the update directory, as a release on ${name} holds ${maxAssets} assets`,
    found: `${images.length} images`,
    next: 'write "updateDirectory: index" into kiln.yaml if all hosts run kiln-host; otherwise lower versions.retain, or publish fewer extensions',
  });
}

function copiedAsset(
  store: ReleaseStore,
  releases: readonly Release[],
  { name, sha256, size, tag }: IndexedImage,
): DraftAsset {
  return {
    ...{ name, sha256, size },
    async send(draft) {
      const release = releases.find((one) => one.tag === tag && !one.draft);
      if (release === undefined) throw new Error(`no release ${tag}`);
      await store.copy(draft, { name, sha256 }, release);
    },
  };
}

function directoryNotes({ images }: DirectoryPlan, manifest: SignedManifest): string {
  const names = images.map(({ name }) => `- \`${name}\``).toSorted();
  return [
    "The index that hosts with kiln-host follow, and the images that hosts update to with systemd-sysupdate:",
    "",
    ...names,
    "",
    formatSignatureRecord(manifest),
  ].join("\n");
}
