import { type Definition, imageName, type Plan, releaseTag } from "@sysext-kiln/extension";
import type { ReleaseStore } from "@sysext-kiln/release-store";
import type { VersionOfRun } from "../request-budget.ts";

/** The versions that a run builds; only those of one extension if its name is given. */
export function plannedVersions(
  { builds }: Plan,
  definitions: readonly Definition[],
  extension?: string,
): VersionOfRun[] {
  const images = builds.flatMap(({ extension: name, version, architecture }) => {
    const definition = definitions.find((one) => one.name === name);
    if (definition === undefined || (extension !== undefined && name !== extension)) return [];
    return [{ tag: releaseTag(definition, version), image: imageName(definition, version, architecture) }];
  });
  return [...Map.groupBy(images, ({ tag }) => tag)].map(([tag, ofVersion]) => ({
    tag,
    images: ofVersion.map(({ image }) => image),
  }));
}

/** From this number of versions on, all releases are listed instead, which takes a request for each hundred. */
const manyVersions = 4;

/**
 * The versions of a run that are already published: when failed jobs are run again, or at the end of a run that
 * has published some of them early.
 */
export async function publishedOf(
  store: Pick<ReleaseStore, "find" | "list">,
  versions: readonly VersionOfRun[],
): Promise<VersionOfRun[]> {
  const releases =
    versions.length < manyVersions
      ? await Promise.all(versions.map(({ tag }) => store.find(tag)))
      : await store.list();
  const tags = new Set(releases.flatMap((release) => (release && !release.draft ? [release.tag] : [])));
  return versions.filter(({ tag }) => tags.has(tag));
}
