import type { Release, ReleaseStore } from "@sysext-kiln/release-store";
import { newestUpdateDirectory } from "./update-releases.ts";

/**
 * How many requests it takes to publish a version with its configuration for hosts, two architectures and a
 * signature: one for each of 13 assets, and 5 for the release. A test counts them.
 */
export const requestsPerVersion = 18;
/** For the manifest and the signature of a new version, which the update directory reads. */
const requestsPerManifest = 2;
/** For the draft of an update directory, what is read for it, and the removal of older ones. */
const requestsPerDirectory = 25;
/** Each image that an update directory contains is downloaded and uploaded. */
const requestsPerImage = 2;

/** The list of releases takes one for each hundred of them, and the newest update directory is read. */
const requestsForReading = 25;

/** A version that a run publishes, or has published. */
export interface VersionOfRun {
  tag: string;
  /** The names of those of its images that the update directory will contain itself. */
  images: readonly string[];
}

type Store = Pick<ReleaseStore, "remainingRequests">;

/**
 * Whether a store accepts enough requests in this hour to publish one more version and then the update
 * directory, without which hosts would see nothing of what a run has published. The first version of a run is always
 * published: a large directory may take more requests than an hour allows, and then several runs fill its draft.
 * @param versions those of the whole run
 * @param options.published the tags of the versions that this publisher has published
 * @param options.isEarly whether another publisher ends the run, so that this one need not publish anything
 */
export function isWithinBudget(
  store: Store,
  releases: readonly Release[],
  versions: readonly VersionOfRun[],
  { published, next, isEarly }: { published: readonly string[]; next: string; isEarly: boolean },
): boolean {
  const remaining = store.remainingRequests();
  if (remaining === undefined || (published.length === 0 && !isEarly)) return true;
  if (isPublished(releases, next)) return true;
  const offered = versions.filter(({ tag }) => tag === next || isPublished(releases, tag));
  return remaining >= requestsPerVersion + requestsForDirectory(releases, offered);
}

/**
 * Whether a store accepts enough requests in this hour for an early update directory, and then for what the run
 * still has to publish: its other versions, and the update directory with the images of all.
 * @param versions those of the whole run
 */
export function isEarlyDirectoryWithinBudget(
  store: Store,
  releases: readonly Release[],
  versions: readonly VersionOfRun[],
): boolean {
  const remaining = store.remainingRequests();
  if (remaining === undefined) return true;
  const published = versions.filter(({ tag }) => isPublished(releases, tag));
  const later = (versions.length - published.length) * requestsPerVersion;
  return (
    remaining >= requestsForDirectory(releases, published) + later + requestsForDirectory(releases, versions)
  );
}

/**
 * Whether a store may accept enough requests in this hour for an early publish. This is known before all releases are
 * listed, so that many early publishes do not use up what the run needs at its end.
 * @param latest the latest release, which is the update directory
 */
export function mayPublishEarly(store: Store, latest: Release | undefined): boolean {
  const remaining = store.remainingRequests();
  const releases = latest === undefined ? [] : [latest];
  const needed = requestsForReading + requestsPerVersion + requestsForDirectory(releases, []);
  return remaining === undefined || remaining >= needed;
}

/** The requests for an update directory with what the newest one has, and with some versions of the run. */
function requestsForDirectory(releases: readonly Release[], versions: readonly VersionOfRun[]): number {
  const before = newestUpdateDirectory(releases)?.assets.map(({ name }) => name) ?? [];
  const isListed = ({ images }: VersionOfRun) =>
    images.length > 0 && images.every((name) => before.includes(name));
  const added = versions.filter((version) => !isListed(version));
  const images = new Set([
    ...before.filter((name) => name.endsWith(".raw")),
    ...versions.flatMap((version) => version.images),
  ]);
  return requestsPerDirectory + added.length * requestsPerManifest + images.size * requestsPerImage;
}

function isPublished(releases: readonly Release[], tag: string): boolean {
  return releases.some((release) => release.tag === tag && !release.draft);
}
