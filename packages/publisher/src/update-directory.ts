import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Definition } from "@sysext-kiln/extension";
import type { Release, ReleaseHost } from "@sysext-kiln/release-host";
import { bestBeforeEntry, isFresh, splitBestBefore } from "./best-before.ts";
import { fillDraft } from "./fill-draft.ts";
import { formatManifest, manifestName } from "./manifest.ts";
import { retainedImages, type RetainedImage } from "./retention.ts";
import { formatSignatureRecord, isSignedBy } from "./signing/signature-record.ts";
import { manifestAssets, signManifest, type SignedManifest } from "./signing/signed-manifest.ts";
import type { Signer } from "./signing/signer.ts";
import { byNumber, prune, tagAfter } from "./updates.ts";

export interface UpdateDirectoryOptions {
  /** Signs the manifest; without it, it is not signed. */
  signer?: Signer | undefined;
  /** For how many days hosts may take the directory for the present one. */
  bestBeforeDays?: number | undefined;
  now?: Date;
}

/**
 * Brings the update directory up to date with the permanent releases: a fresh release `updates-N`, prepared as a
 * draft and shown as the latest in one step. A directory with the same images, a good signature by the same key, and
 * enough time to its best-before date is not published again.
 * @returns whether hosts see another directory than before
 */
export async function publishUpdateDirectory(
  host: ReleaseHost,
  definitions: readonly Definition[],
  { now = new Date(), ...options }: UpdateDirectoryOptions = {},
): Promise<boolean> {
  const releases = await host.list();
  const images = await retainedImages(host, definitions, releases);
  if (images.length === 0) return false;

  const changed = await show(host, releases, images, { ...options, now });
  await prune(host);
  return changed;
}

type Options = UpdateDirectoryOptions & { now: Date };

async function show(
  host: ReleaseHost,
  releases: readonly Release[],
  images: readonly RetainedImage[],
  options: Options,
): Promise<boolean> {
  const newest = byNumber(releases.filter(({ draft }) => !draft)).at(-1);
  const isThere = newest !== undefined && (await isCurrent(host, newest, images, options));
  if (isThere && newest.latest) return false;
  if (isThere) {
    // A run was killed between publishing the directory and leading hosts to it.
    await host.makeLatest(newest);
    return true;
  }

  const { signer, bestBeforeDays, now } = options;
  const dates = bestBeforeDays === undefined ? [] : [bestBeforeEntry(bestBeforeDays, now)];
  const manifest = await signManifest(formatManifest([...images, ...dates]), signer, now);
  const folder = await mkdtemp(join(tmpdir(), "kiln-updates-"));
  try {
    const draft = await host.draft(tagAfter(newest), directoryNotes(images, manifest));
    await fillDraft(host, draft, [
      ...images.map(({ name, sha256, release }) => ({
        name,
        sha256,
        put: (into: Release) => host.copy(into, name, release),
      })),
      ...(await manifestAssets(host, manifest, folder)),
    ]);
    await host.publish(draft, { latest: true });
    return true;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function isCurrent(
  host: ReleaseHost,
  directory: Release,
  images: readonly RetainedImage[],
  { signer, bestBeforeDays, now }: Options,
): Promise<boolean> {
  const manifest = await host.readText(directory, manifestName);
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
