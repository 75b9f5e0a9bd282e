import { hash } from "node:crypto";
import { KilnError } from "@sysext-kiln/error";
import { formatIndex, indexName, type IndexedImage } from "@sysext-kiln/extension";
import { cacheDirectory, withWorkFolder, type Say } from "@sysext-kiln/machine";
import { formatRecords, recordsName, type Release, type ReleaseStore } from "@sysext-kiln/release-store";
import { bestBeforeEntry, defaultIndexDays } from "./best-before.ts";
import type { DirectoryPlan } from "./directory-plan.ts";
import { formatManifest } from "./manifest.ts";
import { secondsOf } from "./offers.ts";
import { publishDraft, type DraftAsset } from "./publish-draft.ts";
import {
  formatSignatureRecord,
  manifestAssets,
  signManifest,
  type SignedManifest,
} from "./signing/signed-manifest.ts";
import type { Signer } from "./signing/signer.ts";
import { updatesTag } from "./update-releases.ts";

export interface DirectoryReleaseOptions {
  signer?: Signer | undefined;
  /** For how many days hosts may use the directory; by default, only its index has a limit. */
  bestBeforeDays?: number | undefined;
  now: Date;
  /** Receives lines about how much has been sent. */
  say?: Say | undefined;
}

/**
 * Publishes a planned update directory as the release `updates-N`, and makes it the latest in the same step.
 * @param releases what the store has now
 * @throws KilnError `release-conflict` if the number is taken, or if a release cannot hold that many assets
 */
export async function publishDirectory(
  store: ReleaseStore,
  releases: readonly Release[],
  plan: DirectoryPlan,
  number: number,
  { signer, bestBeforeDays, now, say }: DirectoryReleaseOptions,
): Promise<void> {
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
      expires: secondsOf(now) + (bestBeforeDays ?? defaultIndexDays) * 24 * 60 * 60,
    }),
  };
  const records = { name: recordsName(number), text: formatRecords(plan.records) };
  const dates = bestBeforeDays === undefined ? [] : [bestBeforeEntry(bestBeforeDays, now)];
  const texts = [index, records];
  const digests = texts.map(({ name, text }) => ({ name, sha256: hash("sha256", text) }));
  const listed = [...plan.images, ...digests, ...dates];
  const manifest = await signManifest(formatManifest(listed), signer, now);
  await withWorkFolder({ parent: cacheDirectory("work") }, async (folder) => {
    const assets = [
      ...plan.images.map((image) => copiedAsset(store, releases, image)),
      ...(await manifestAssets(store, manifest, folder, texts)),
    ];
    await publishDraft(store, {
      tag: updatesTag(number),
      notes: directoryNotes(plan, manifest),
      assets,
      latest: true,
      known: releases,
      say,
    });
  });
}

/** The manifest, its signature, the keyring, the index and the records. */
const otherAssets = 5;

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
