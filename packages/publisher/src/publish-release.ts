import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Image } from "@sysext-kiln/builder";
import { isKilnError, KilnError } from "@sysext-kiln/error";
import { releaseTag, type Definition } from "@sysext-kiln/extension";
import { cacheDirectory, digestOf, withWorkFolder, type Say } from "@sysext-kiln/machine";
import type { Release, ReleaseStore } from "@sysext-kiln/release-store";
import type { WantedAsset } from "./fill-draft.ts";
import { formatReleaseManifest } from "./manifest.ts";
import { releaseNotes } from "./notes.ts";
import { writeHostAssets } from "./write-host-assets.ts";
import { publishDraft } from "./publish-draft.ts";
import { manifestAssets, signManifest } from "./signing/manifest.ts";
import type { Signer } from "./signing/signer.ts";

export interface PublishOptions {
  /** Signs the manifest; without it, it is not signed. */
  signer?: Signer | undefined;
  /** For how many days hosts may use an update directory; with it, they refuse the manifest of a release as one. */
  bestBeforeDays?: number | undefined;
  /** Where hosts find the releases; with it, what they need to follow them is published too. */
  baseUrl?: string | undefined;
  now?: Date;
  /** Takes a line about how much has been sent. */
  say?: Say | undefined;
}

/**
 * Publishes one version of an extension under its permanent tag: with every architecture, or not at all. It may be
 * killed anywhere; the next run goes on with the draft.
 * @returns whether anything was published: a version that is there already stays as it is
 * @throws KilnError `release-conflict`, `digest-mismatch`
 */
export async function publishRelease(
  store: ReleaseStore,
  definition: Definition,
  images: readonly Image[],
  options: PublishOptions = {},
): Promise<boolean> {
  const tag = tagOf(definition, images);
  if (await isPublished(store, tag)) return false;
  return withWorkFolder({ parent: cacheDirectory("work") }, async (folder) => {
    const assets = await wantedAssets(store, definition, images, folder, options);
    const notes = releaseNotes(definition, images);
    try {
      await publishDraft(store, { tag, notes, assets, latest: false, say: options.say });
      return true;
    } catch (error) {
      // Another publisher was first with the same version.
      if (isKilnError(error, "release-conflict") && (await isPublished(store, tag))) return false;
      throw error;
    }
  });
}

async function isPublished(store: ReleaseStore, tag: string): Promise<boolean> {
  return (await store.list()).some((release) => release.tag === tag && !release.draft);
}

function tagOf(definition: Definition, images: readonly Image[]): string {
  const tags = new Set(images.map(({ record }) => releaseTag(definition, record.version)));
  const built = images.map(({ record }) => record.architecture);
  const [tag] = tags;
  const isWhole = definition.architectures.every((architecture) => built.includes(architecture));
  if (tag !== undefined && tags.size === 1 && isWhole) return tag;
  throw new KilnError("release-conflict", {
    expected: `images of one version of ${definition.name} for ${definition.architectures.join(" and ")}`,
    found: images.map(({ record }) => record.image.name).join(", ") || "no image",
    next: "build what is missing; a version is published with all its architectures or not at all",
  });
}

/** The images, their records, what hosts need to follow them where it is known where that is, and the manifest over all. */
async function wantedAssets(
  store: ReleaseStore,
  definition: Definition,
  images: readonly Image[],
  folder: string,
  { signer, bestBeforeDays, baseUrl, now = new Date() }: PublishOptions,
): Promise<WantedAsset[]> {
  const forHosts =
    baseUrl === undefined
      ? []
      : await writeHostAssets(definition, images, { baseUrl, keyring: signer?.keyring, folder });
  const paths = [...images.flatMap(({ path, recordPath }) => [path, recordPath]), ...forHosts];
  const files = await Promise.all(
    paths.map(async (path) => ({
      name: basename(path),
      path,
      sha256: await digestOf(path),
      size: (await stat(path)).size,
    })),
  );
  const text = formatReleaseManifest(files, { isForHosts: bestBeforeDays === undefined });
  const manifest = await signManifest(text, signer, now);
  return [
    ...files.map(({ name, path, sha256, size }) => ({
      name,
      sha256,
      size,
      put: (draft: Release, onBytes: (sent: number) => void) => store.upload(draft, name, path, onBytes),
    })),
    ...(await manifestAssets(store, manifest, folder)),
  ];
}
