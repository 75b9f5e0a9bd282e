import { KilnError } from "@sysext-kiln/error";
import {
  compareImageVersions,
  type Definition,
  groupBySeries,
  parseImageName,
  pauseOf,
  rolloutSeconds,
  withdrawalOf,
  type IndexedImage,
} from "@sysext-kiln/extension";
import {
  type PublishedVersion,
  publishedVersions,
  type Release,
  selectedVersions,
} from "@sysext-kiln/release-store";
import { manifestName, parseReleaseManifest } from "./manifest.ts";
import type { DirectoryContents } from "./previous-directory.ts";

/** An image of a permanent release. */
export type ReleasedImage = Pick<IndexedImage, "name" | "sha256" | "size" | "tag">;

/** A published version and its extension. */
export interface VersionOf extends PublishedVersion {
  definition: Definition;
}

/** What hosts are offered. */
export interface Offers {
  /** Hosts with kiln-host: also what is being rolled out, and what they are to leave. */
  index: readonly IndexedImage[];
  /** Hosts with stock systemd-sysupdate, which would take the newest version at once. */
  stock: readonly IndexedImage[];
}

interface OffersOptions {
  /** What the next update directory continues: when rollouts and pauses began. */
  previous: DirectoryContents | undefined;
  /** The images of a version; undefined if it must not be offered. */
  imagesOf: (version: VersionOf) => Promise<readonly ReleasedImage[] | undefined>;
  now: Date;
}

/**
 * Decides what hosts are offered of the published versions: for each extension, the newest few of each series
 * that hosts follow. A version that a person requested outside the policy is not offered. A version whose rollout
 * has not ended, or that is paused, is only in the index. So are withdrawn versions, because the hosts that run
 * one are to leave it.
 */
export async function planOffers(
  definitions: readonly Definition[],
  releases: readonly Release[],
  options: OffersOptions,
): Promise<Offers> {
  const offers = await Promise.all(definitions.map((definition) => offersOf(definition, releases, options)));
  return {
    index: offers.flatMap(({ index }) => index),
    stock: offers.flatMap(({ stock }) => stock),
  };
}

async function offersOf(
  definition: Definition,
  releases: readonly Release[],
  options: OffersOptions,
): Promise<Offers> {
  const { versions } = definition;
  const published = publishedVersions(definition, releases);
  const selected = selectedVersions(definition, releases);
  const isWithdrawn = ({ version }: PublishedVersion) => withdrawalOf(version, versions) !== undefined;
  const series = groupBySeries(selected, versions, ({ version }) => version.upstream);
  const remaining = await Promise.all(
    series.map(async (ofSeries) => {
      const isFirst = ofSeries.length === 1 && !selected.some(isWithdrawn);
      const candidates = ofSeries
        .filter((one) => !isWithdrawn(one))
        .toSorted((left, right) => compareImageVersions(right.version, left.version));
      return newestOffers(
        candidates.map((one) => ({ ...one, definition })),
        { ...options, isFirst },
      );
    }),
  );
  const withdrawn = await Promise.all(
    published
      .filter(isWithdrawn)
      .map((one) => offered({ ...one, definition }, { ...options, isFirst: false })),
  );
  return {
    index: [...remaining.flatMap(({ index }) => index), ...withdrawn.flat()],
    stock: remaining.flatMap(({ stock }) => stock),
  };
}

/**
 * The newest few versions of a series, and the newest few that every host may take: of each upstream version the
 * newest revision, so that revisions do not replace the older versions that hosts can go back to.
 */
async function newestOffers(
  newestFirst: readonly VersionOf[],
  options: OffersOptions & { isFirst: boolean },
): Promise<Offers> {
  const index = new Map<string, IndexedImage[]>();
  const stock = new Map<string, IndexedImage[]>();
  for (const version of newestFirst) {
    const { retain } = version.definition.versions;
    const { upstream } = version.version;
    if (index.size >= retain && stock.size >= retain) break;
    if (stock.has(upstream)) continue;
    // Without a previous directory, only the newest one may still have been in its rollout.
    const isOlder = options.previous === undefined && version !== newestFirst[0];
    const images = await offered(version, { ...options, isFirst: options.isFirst || isOlder });
    if (images.length === 0) continue;
    const isForAll = stock.size < retain && images.every((image) => isOpen(image, options.now));
    const isNew = index.size < retain && !index.has(upstream);
    if (isNew || isForAll) index.set(upstream, [...(index.get(upstream) ?? []), ...images]);
    if (isForAll) stock.set(upstream, images);
  }
  return { index: [...index.values()].flat(), stock: [...stock.values()].flat() };
}

/** Whether every host may take an image. */
export function isOpen({ start, rollout, paused, withdrawn }: IndexedImage, now: Date): boolean {
  return paused === undefined && withdrawn === undefined && start + rollout <= secondsOf(now);
}

/**
 * Those of an extension's images with which new hosts may start: what every host may take, or if there is
 * nothing of the kind, what is being rolled out.
 */
export function forNewHosts(images: readonly IndexedImage[], now: Date): readonly IndexedImage[] {
  const open = images.filter((image) => isOpen(image, now));
  if (open.length > 0) return open;
  return images.filter(({ paused, withdrawn }) => paused === undefined && withdrawn === undefined);
}

/** The images of a version as the index lists them; none if it must not be offered. */
async function offered(
  version: VersionOf,
  { previous, imagesOf, isFirst, now }: OffersOptions & { isFirst: boolean },
): Promise<IndexedImage[]> {
  const { versions } = version.definition;
  const paused = pauseOf(version.version, versions);
  const withdrawn = withdrawalOf(version.version, versions);
  const images = (await imagesOf(version)) ?? [];
  return images.map(({ name, sha256, size, tag }) => {
    const before = previous?.index?.images.find((image) => image.name === name);
    const since = before?.paused?.since ?? secondsOf(now);
    return {
      ...{ name, sha256, size, tag },
      start: before ? continued(before, paused, now) : firstStart(name, { previous, isFirst, now }),
      rollout: rolloutSeconds(versions),
      ...(paused !== undefined && { paused: { since, reason: paused } }),
      ...(withdrawn !== undefined && { withdrawn }),
    };
  });
}

/**
 * When the rollout of an image that was listed before began; it is later by the time of a pause. A clock that was
 * wrong at the time does not put it off.
 */
function continued({ start, paused: before }: IndexedImage, paused: string | undefined, now: Date): number {
  const hasEnded = before !== undefined && paused === undefined && start !== 0;
  const duration = hasEnded ? Math.max(0, secondsOf(now) - before.since) : 0;
  return Math.min(start + duration, secondsOf(now));
}

/** No rollout is needed for what hosts could take already, or where there is no other version to stay on. */
function firstStart(
  name: string,
  { previous, isFirst, now }: Pick<OffersOptions, "previous" | "now"> & { isFirst: boolean },
): number {
  const wasOffered =
    previous !== undefined &&
    previous.index === undefined &&
    [...previous.lines].some((line) => line.endsWith(` ${name}`));
  return isFirst || wasOffered ? 0 : secondsOf(now);
}

/** A time as the index states it, in seconds since 1970. */
export function secondsOf(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}

/**
 * The images that the manifest of a version's release lists; a manifest may be a copy of another version's.
 * @throws KilnError `manifest-invalid`; `not-published` or `digest-mismatch` if the release has something else
 */
export function releasedImages(version: VersionOf, manifest: string): ReleasedImage[] {
  const { tag, assets } = version.release;
  return parseReleaseManifest(manifest, `${tag}/${manifestName}`).flatMap(({ name, sha256 }) => {
    if (!isImageOf(version, name)) return [];
    const size = assets.find((one) => one.name === name)?.size ?? 0;
    const image = { name, sha256, size, tag };
    requireUnchanged(version.release, image);
    return [image];
  });
}

/**
 * Requires that a release still has an image, as far as its list of assets shows that.
 * @throws KilnError `not-published`, `digest-mismatch`
 */
export function requireUnchanged(
  { tag, assets }: Pick<Release, "tag" | "assets">,
  { name, sha256, size }: ReleasedImage,
): void {
  const next =
    "find out who changed the release; its version is left out. Remove the release, and kiln builds the version again if it is wanted";
  const asset = assets.find((one) => one.name === name && one.complete);
  if (asset === undefined) {
    throw new KilnError("not-published", {
      expected: `${name} in the release ${tag}, as it was published`,
      found: assets.map((one) => one.name).join(", ") || "no asset",
      next,
    });
  }
  if (asset.size === size && (asset.sha256 ?? sha256) === sha256) return;
  throw new KilnError("digest-mismatch", {
    expected: `${name} of the release ${tag} to have ${size} bytes and the SHA-256 ${sha256}`,
    found: `${asset.size} bytes${asset.sha256 === undefined ? "" : `, ${asset.sha256}`}`,
    next,
  });
}

/** Whether a name is that of an image of this version. */
function isImageOf({ definition, version }: VersionOf, name: string): boolean {
  const parsed = parseImageName(definition, name);
  return parsed !== undefined && compareImageVersions(parsed.version, version) === 0;
}
