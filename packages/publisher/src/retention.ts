import { compareImageVersions, type Definition, groupBySeries, parseImageName } from "@sysext-kiln/extension";
import {
  type PublishedVersion,
  publishedVersions,
  type Release,
  type ReleaseStore,
} from "@sysext-kiln/release-store";
import { manifestName, parseReleaseManifest, type ManifestEntry } from "./manifest.ts";

/** An image that belongs in the update directory, and the permanent release that has it. */
export interface RetainedImage extends ManifestEntry {
  release: Release;
}

/**
 * The images that belong in the update directory: for each extension, the newest few of each series that
 * hosts follow.
 */
export async function retainedImages(
  store: ReleaseStore,
  definitions: readonly Definition[],
  releases: readonly Release[],
): Promise<RetainedImage[]> {
  const images = await Promise.all(
    retainedReleases(definitions, releases).map(({ definition, release }) =>
      imagesOf(store, definition, release),
    ),
  );
  return images.flat();
}

/**
 * The same images, with the digests from the list of releases where it has them, which saves a request per
 * release. This is good enough to detect changes, but not to write a manifest: only the release's own
 * manifest is signed.
 */
export async function listedImages(
  store: ReleaseStore,
  definitions: readonly Definition[],
  releases: readonly Release[],
): Promise<ManifestEntry[]> {
  const images = await Promise.all(
    retainedReleases(definitions, releases).map(async ({ definition, release }) => {
      const listed = release.assets.filter(({ name }) => parseImageName(definition, name));
      const known = listed.flatMap(({ name, sha256 }) => (sha256 === undefined ? [] : [{ name, sha256 }]));
      return known.length === listed.length ? known : imagesOf(store, definition, release);
    }),
  );
  return images.flat();
}

interface RetainedRelease {
  definition: Definition;
  release: Release;
}

function retainedReleases(
  definitions: readonly Definition[],
  releases: readonly Release[],
): RetainedRelease[] {
  return definitions.flatMap((definition) =>
    retainedVersions(definition, publishedVersions(definition, releases)).map(({ release }) => ({
      definition,
      release,
    })),
  );
}

function retainedVersions(
  { versions }: Definition,
  published: readonly PublishedVersion[],
): PublishedVersion[] {
  return groupBySeries(published, versions, ({ version }) => version.upstream).flatMap((series) =>
    series
      .toSorted((left, right) => compareImageVersions(right.version, left.version))
      .slice(0, versions.retain),
  );
}

async function imagesOf(
  store: ReleaseStore,
  definition: Definition,
  release: Release,
): Promise<RetainedImage[]> {
  const text = await store.readText(release, manifestName);
  return parseReleaseManifest(text, `${release.tag}/${manifestName}`)
    .filter(({ name }) => parseImageName(definition, name))
    .map((entry) => ({ ...entry, release }));
}
