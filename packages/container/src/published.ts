import { buildRecordSchema } from "@sysext-kiln/builder";
import {
  buildRecordName,
  compareImageVersions,
  imageName,
  type Architecture,
  type Definition,
} from "@sysext-kiln/extension";
import type { Release, ReleaseHost } from "@sysext-kiln/release-host";
import { groupByLine, publishedVersions, type PublishedVersion } from "@sysext-kiln/version-watcher";

/** The newest version that hosts are led to; undefined where none is published. */
export function newestPublished(
  definition: Definition,
  releases: readonly Release[],
): PublishedVersion | undefined {
  const published = publishedVersions(definition, releases);
  return groupByLine(published, definition.versions, ({ version }) => version.upstream)
    .flat()
    .toSorted((left, right) => compareImageVersions(left.version, right.version))
    .at(-1);
}

/** Brings a published version's images to this machine, each with the digest that its record tells. */
export async function fetchImages(
  host: ReleaseHost,
  definition: Definition,
  { version, release }: PublishedVersion,
): Promise<Record<Architecture, string>> {
  const fetchImage = async (architecture: Architecture) => {
    const text = await host.readText(release, buildRecordName(definition, version, architecture));
    const json: unknown = JSON.parse(text);
    const { sha256 } = buildRecordSchema.parse(json).image;
    return host.fileOf(release, { name: imageName(definition, version, architecture), sha256 });
  };
  return { "x86-64": await fetchImage("x86-64"), arm64: await fetchImage("arm64") };
}
