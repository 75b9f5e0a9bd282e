import type { Image } from "@sysext-kiln/builder";
import { kilnHostName, releaseTag, type Definition } from "@sysext-kiln/extension";
import type { Phase, Reporter } from "@sysext-kiln/machine";
import type { Release, ReleaseStore } from "@sysext-kiln/release-store";
import { directoryReader } from "./previous-directory.ts";
import { publishRelease, type PublishOptions } from "./publish-release.ts";
import { publishUpdateDirectory, type UpdateDirectoryOptions } from "./update-directory.ts";

/** The images of one version. */
export interface VersionImages {
  definition: Definition;
  tag: string;
  images: readonly Image[];
  /** Whether there is an image for every architecture; otherwise the version is not published. */
  isComplete: boolean;
}

/** What a run has published. */
export interface Published {
  /** Whether anything that hosts can see has changed. */
  changed: boolean;
  /** Whether there is a new update directory. */
  updated: boolean;
  /** The tags of the versions that were published. */
  tags: readonly string[];
  /** The tags of complete versions that could not be published. */
  failed: readonly string[];
  /** Every version that has images. */
  versions: readonly VersionImages[];
  /** One for each version that could not be published, and for the update directory. */
  errors: readonly unknown[];
}

/**
 * Publishes the complete versions, kiln-host first, and then the update directory; one that fails does not
 * block the others.
 */
export function publishAll(
  store: ReleaseStore,
  definitions: readonly Definition[],
  images: readonly Image[],
  options: Omit<PublishOptions, "kilnHost"> & UpdateDirectoryOptions,
  reporter: Reporter,
): Promise<Published> {
  const versions = groupByVersion(definitions, images);
  const kilnHost = definitions.find(({ name }) => name === kilnHostName);
  return store.exclusively(async () => {
    const tags: string[] = [];
    const failed = new Set(versions.filter(({ isComplete }) => isComplete).map(({ tag }) => tag));
    let updated = false;
    let listed: readonly Release[] | undefined;
    /** What the store has now: a list of everything is long, so there is one for the whole run. */
    const known = async () => (listed ??= await store.list());
    const { signer, signingKeys, adoptedDirectory, now = new Date() } = options;
    const read = directoryReader(store, { signer, signingKeys, adoptedDirectory, now });
    const releases = versions.map(({ definition, tag, images: ofVersion, isComplete }): Phase => ({
      title: `publish ${tag}`,
      async run(say) {
        if (!isComplete) {
          say("not published yet: the image for another architecture is missing");
        } else if (
          await publishRelease(store, definition, ofVersion, {
            ...options,
            kilnHost,
            say,
            releases: await known(),
            read,
          })
        ) {
          tags.push(tag);
          listed = await withPublished(store, tag, await known());
          say(`published ${ofVersion.map(({ record }) => record.image.name).join(" and ")}`);
        } else {
          say("already published");
        }
        failed.delete(tag);
      },
    }));
    const updateDirectory: Phase = {
      title: "publish the update directory",
      async run(say) {
        updated = await publishUpdateDirectory(store, definitions, {
          ...options,
          read,
          releases: await known(),
          say,
        });
        say(updated ? "new update directory" : "update directory unchanged");
      },
    };
    const errors = await reporter.run([...releases, updateDirectory]);
    return { changed: updated || tags.length > 0, updated, tags, failed: [...failed], versions, errors };
  });
}

/** A list of releases and drafts after one of them was published. */
async function withPublished(
  store: ReleaseStore,
  tag: string,
  before: readonly Release[],
): Promise<readonly Release[] | undefined> {
  const published = await store.find(tag);
  return published && [...before.filter((release) => release.tag !== tag), published];
}

function groupByVersion(definitions: readonly Definition[], images: readonly Image[]): VersionImages[] {
  // The releases of the others contain a configuration for hosts, which names an image of kiln-host.
  const sorted = definitions.toSorted(
    (left, right) => Number(right.name === kilnHostName) - Number(left.name === kilnHostName),
  );
  return sorted.flatMap((definition) => {
    const own = images.filter(({ record }) => record.extension === definition.name);
    const versions = Map.groupBy(own, ({ record }) => releaseTag(definition, record.version));
    return [...versions].map(([tag, ofVersion]) => ({
      definition,
      tag,
      images: ofVersion,
      isComplete: definition.architectures.every((architecture) =>
        ofVersion.some(({ record }) => record.architecture === architecture),
      ),
    }));
  });
}
