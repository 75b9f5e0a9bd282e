import { compareImageVersions, parseImageName, type Definition } from "@sysext-kiln/extension";
import type { Release, ReleaseHost } from "@sysext-kiln/release-host";
import { groupByLine, publishedVersions, type PublishedVersion } from "@sysext-kiln/version-watcher";
import { manifestName, parseManifest, type ManifestEntry } from "./manifest.ts";

/** An image that hosts shall find in the update directory, and the permanent release that has it. */
export interface RetainedImage extends ManifestEntry {
  release: Release;
}

/** The images that the update directory holds: of each extension, the newest few of each line that hosts follow. */
export async function retainedImages(
  host: ReleaseHost,
  definitions: readonly Definition[],
  releases: readonly Release[],
): Promise<RetainedImage[]> {
  const images = await Promise.all(
    definitions.map(async (definition) => {
      const versions = retainedVersions(definition, publishedVersions(definition, releases));
      const found = await Promise.all(versions.map(({ release }) => imagesOf(host, definition, release)));
      return found.flat();
    }),
  );
  return images.flat();
}

function retainedVersions(
  { versions }: Definition,
  published: readonly PublishedVersion[],
): PublishedVersion[] {
  return groupByLine(published, versions, ({ version }) => version.upstream).flatMap((line) =>
    line
      .toSorted((left, right) => compareImageVersions(right.version, left.version))
      .slice(0, versions.retain),
  );
}

async function imagesOf(
  host: ReleaseHost,
  definition: Definition,
  release: Release,
): Promise<RetainedImage[]> {
  const text = await host.readText(release, manifestName);
  return parseManifest(text, `${release.tag}/${manifestName}`)
    .filter(({ name }) => parseImageName(definition, name))
    .map((entry) => ({ ...entry, release }));
}
