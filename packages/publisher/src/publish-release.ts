import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Image } from "@sysext-kiln/builder";
import { isKilnError, KilnError } from "@sysext-kiln/error";
import {
  endOfLifeOf,
  formatImageVersion,
  isFromFolder,
  releaseTag,
  type Definition,
} from "@sysext-kiln/extension";
import { cacheDirectory, digestOf, withWorkFolder, type Say } from "@sysext-kiln/machine";
import {
  formatReleaseRecord,
  releaseRecordOf,
  type Release,
  type ReleaseStore,
} from "@sysext-kiln/release-store";
import { formatReleaseManifest } from "./manifest.ts";
import type { ReadDirectory } from "./previous-directory.ts";
import { publishDraft, type DraftAsset } from "./publish-draft.ts";
import { manifestAssets, signManifest } from "./signing/signed-manifest.ts";
import type { Signer } from "./signing/signer.ts";
import type { TrustSettings } from "./signing/trust.ts";
import { writeHostAssets } from "./write-host-assets.ts";

export interface PublishOptions extends TrustSettings {
  /** Signs the manifest; if undefined, the manifest is not signed. */
  signer?: Signer | undefined;
  /**
   * For how many days hosts may use an update directory. If given, the manifest of a release is written so
   * that hosts refuse it as an update directory.
   */
  bestBeforeDays?: number | undefined;
  /**
   * Where hosts find the releases; if given, and if kiln-host is published, the configuration that they need
   * is published with the images.
   */
  baseUrl?: string | undefined;
  /** The definition of kiln-host, which updates hosts. */
  kilnHost?: Definition | undefined;
  now?: Date;
  /** Releases and drafts that were listed in this run; if undefined, they are listed. */
  releases?: readonly Release[] | undefined;
  /** Reads each update directory once in this run; if undefined, it is read for this release. */
  read?: ReadDirectory | undefined;
  /** Receives lines about how much has been sent. */
  say?: Say | undefined;
}

/**
 * Publishes one version of an extension under its permanent tag, with every architecture or not at all. It
 * can be killed at any time; the next run continues with the draft.
 * @returns whether the version was published now; one that already is stays unchanged
 * @throws KilnError `release-conflict`, `digest-mismatch`, `busy`; `extension-image-invalid` for images that no
 * upstream vouches for
 */
export async function publishRelease(
  store: ReleaseStore,
  definition: Definition,
  images: readonly Image[],
  options: PublishOptions = {},
): Promise<boolean> {
  for (const image of images) refuseFolder(image);
  const tag = tagOf(definition, images);
  const releases = options.releases ?? (await store.list());
  if (isPublished(releases, tag)) return false;
  return withWorkFolder({ parent: cacheDirectory("work") }, async (folder) => {
    const assets = await releaseAssets(store, releases, definition, images, folder, options);
    const notes = releaseNotes(definition, images);
    try {
      await publishDraft(store, { tag, notes, assets, latest: false, known: releases, say: options.say });
      return true;
    } catch (error) {
      // Another publisher was first with the same version.
      if (isKilnError(error, "release-conflict") && (await store.find(tag))) return false;
      throw error;
    }
  });
}

/** No unverified input, ever: whoever built from a folder is the only one who knows what was in it. */
function refuseFolder({ record }: Image): void {
  if (!isFromFolder(record)) return;
  throw new KilnError("extension-image-invalid", {
    expected: `${record.image.name} to be built from an upstream, because only that is published`,
    found: "an image that was built from a folder (kiln build --source)",
    next: "build it from an upstream; hosts of your own can use the image without a release",
  });
}

function isPublished(releases: readonly Release[], tag: string): boolean {
  return releases.some((release) => release.tag === tag && !release.draft);
}

function tagOf(definition: Definition, images: readonly Image[]): string {
  const tags = new Set(images.map(({ record }) => releaseTag(definition, record.version)));
  const built = images.map(({ record }) => record.architecture);
  const [tag] = tags;
  const isComplete = isDeepStrictEqual(built.toSorted(), definition.architectures.toSorted());
  if (tag !== undefined && tags.size === 1 && isComplete) return tag;
  throw new KilnError("release-conflict", {
    expected: `one image each of one version of ${definition.name} for ${definition.architectures.join(" and ")}`,
    found: images.map(({ record }) => record.image.name).join(", ") || "no image",
    next: "build what is missing; a version is published with all its architectures or not at all",
  });
}

/**
 * The images, their records, the configuration for hosts if their base URL is known, and the manifest of them
 * all.
 */
async function releaseAssets(
  store: ReleaseStore,
  releases: readonly Release[],
  definition: Definition,
  images: readonly Image[],
  folder: string,
  options: PublishOptions,
): Promise<DraftAsset[]> {
  const { signer, signingKeys, adoptedDirectory, baseUrl, kilnHost, say, now = new Date() } = options;
  const hostVersion = {
    definition,
    images: images.map(({ record: { image, version, architecture } }) => ({
      ...image,
      version,
      architecture,
    })),
  };
  const forHosts =
    baseUrl === undefined || isOutsidePolicy(images)
      ? []
      : await writeHostAssets(hostVersion, releases, folder, {
          ...{ store, baseUrl, kilnHost, say, read: options.read },
          trust: { signer, signingKeys, adoptedDirectory, now },
        });
  const paths = [...images.map(({ recordPath }) => recordPath), ...forHosts];
  const files = [
    // With the digests that were accepted: if a file has changed since, reading back the draft fails.
    ...images.map(({ path, record: { image } }) => ({ path, ...image })),
    ...(await Promise.all(
      paths.map(async (path) => ({
        name: basename(path),
        path,
        sha256: await digestOf(path),
        size: (await stat(path)).size,
      })),
    )),
  ];
  const text = formatReleaseManifest(files, { isForHosts: options.bestBeforeDays === undefined });
  const manifest = await signManifest(text, signer, now);
  return [
    ...files.map(({ name, path, sha256, size }) => ({
      name,
      sha256,
      size,
      send: (draft: Release, onBytes: (sent: number) => void) => store.upload(draft, name, path, onBytes),
    })),
    ...(await manifestAssets(store, manifest, folder)),
  ];
}

/** Whether a person requested the version, which the policy did not select. */
function isOutsidePolicy(images: readonly Image[]): boolean {
  return images.some(({ record }) => record.outsidePolicy === true);
}

/** The further sources in an image and their versions, for the notes. */
function sourcesOf(inputs: Image["record"]["inputs"]): string {
  const sources = inputs.flatMap(({ source }) => (source ? [`${source.name} ${source.version}`] : []));
  return sources.length === 0 ? "" : `, with ${[...new Set(sources)].join(", ")}`;
}

/** The notes of a permanent release: a description for people, and the release record for the next watch. */
function releaseNotes(definition: Definition, images: readonly Image[]): string {
  const { name, summary, homepage, versions } = definition;
  const [{ record } = { record: undefined }] = images;
  if (!record) return "";
  const rows = images.map(
    ({ record: { image, architecture } }) =>
      `| \`${image.name}\` | ${architecture} | ${image.size} | \`${image.sha256}\` |`,
  );
  const title = homepage === undefined ? name : `[${name}](${homepage})`;
  const origin =
    record.upstream === "files" ? `files of \`extensions/${name}\`` : `upstream \`${record.upstream}\``;
  const end = endOfLifeOf(record.version.upstream, versions);
  return [
    `System extension images of ${title} ${formatImageVersion(record.version)} (${summary}).`,
    "",
    "| image | architecture | bytes | SHA-256 |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
    `Built from ${origin}${sourcesOf(record.inputs)}; the \`build.json\` of an image lists what went into it.`,
    ...(isOutsidePolicy(images)
      ? ["", "This version was requested by hand and is outside the policy: hosts are not offered it."]
      : []),
    ...(end === undefined ? [] : ["", `The series ${end.series} reaches its end of life on ${end.date}.`]),
    "",
    formatReleaseRecord(releaseRecordOf(images.map((image) => image.record))),
    "",
  ].join("\n");
}
