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
  /** The manifest of that release. */
  manifest: string;
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
    retainedReleases(definitions, releases).map((retained) => imagesOf(store, retained)),
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
    retainedReleases(definitions, releases).map(async (retained) => {
      const listed = retained.release.assets.filter(({ name }) => isImageOf(retained, name));
      const known = listed.flatMap(({ name, sha256 }) => (sha256 === undefined ? [] : [{ name, sha256 }]));
      return known.length === listed.length ? known : imagesOf(store, retained);
    }),
  );
  return images.flat();
}

interface RetainedRelease extends PublishedVersion {
  definition: Definition;
}

function retainedReleases(
  definitions: readonly Definition[],
  releases: readonly Release[],
): RetainedRelease[] {
  return definitions.flatMap((definition) =>
    retainedVersions(definition, publishedVersions(definition, releases)).map((published) => ({
      ...published,
      definition,
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

async function imagesOf(store: ReleaseStore, retained: RetainedRelease): Promise<RetainedImage[]> {
  const { release } = retained;
  const manifest = await store.readText(release, manifestName);
  return parseReleaseManifest(manifest, `${release.tag}/${manifestName}`)
    .filter(({ name }) => isImageOf(retained, name))
    .map((entry) => ({ ...entry, release, manifest }));
}

/** Whether a name is that of an image of this version; a manifest may be a copy of another version's. */
function isImageOf({ definition, version }: RetainedRelease, name: string): boolean {
  const parsed = parseImageName(definition, name);
  return parsed !== undefined && compareImageVersions(parsed.version, version) === 0;
}
