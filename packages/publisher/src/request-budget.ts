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

/**
 * Whether a store accepts enough requests in this hour to publish one more version and then the update
 * directory, without which hosts would see nothing of what a run has published. The first version of a run is always
 * published: a large directory may take more requests than an hour allows, and then several runs fill its draft.
 */
export function isWithinBudget(
  store: Pick<ReleaseStore, "remainingRequests">,
  releases: readonly Release[],
  versions: readonly { tag: string; images: readonly unknown[] }[],
  { published, next }: { published: readonly string[]; next: string },
): boolean {
  const remaining = store.remainingRequests();
  if (remaining === undefined || published.length === 0) return true;
  const previous = newestUpdateDirectory(releases)?.assets.filter(({ name }) => name.endsWith(".raw")) ?? [];
  const isPublished = releases.some(({ tag, draft }) => tag === next && !draft);
  if (isPublished) return true;
  const added = versions
    .filter(({ tag }) => tag === next || published.includes(tag))
    .flatMap(({ images }) => images);
  const images = previous.length + added.length;
  const forDirectory =
    requestsPerDirectory + (published.length + 1) * requestsPerManifest + images * requestsPerImage;
  return remaining >= requestsPerVersion + forDirectory;
}
