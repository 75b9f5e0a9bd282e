import type { Image } from "@sysext-kiln/builder";
import { kilnHostName, releaseTag, type Definition } from "@sysext-kiln/extension";
import type { Phase, Reporter } from "@sysext-kiln/machine";
import type { Release, ReleaseStore } from "@sysext-kiln/release-store";
import { directoryReader } from "./previous-directory.ts";
import { publishRelease, type PublishOptions } from "./publish-release.ts";
import { isWithinBudget } from "./request-budget.ts";
import { renewUpdateDirectory, throwProblems, type UpdateDirectoryOptions } from "./update-directory.ts";
import { newestUpdateDirectory } from "./update-releases.ts";

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
  /** The tags of complete versions that wait for the next run, as the store accepts too few requests in this hour. */
  waiting: readonly string[];
  /** Every version that has images. */
  versions: readonly VersionImages[];
  /** One for each version that could not be published, and for the update directory. */
  errors: readonly unknown[];
}

/**
 * Publishes the complete versions, kiln-host first, and then the update directory; one that fails does not
 * block the others. When a store limits requests, versions wait for the next run, so that enough requests are left for
 * the update directory. The first time, when there are many versions, it is also published early, so that hosts
 * need not wait for all of them.
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
    const waiting: string[] = [];
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
        } else if (!isWithinBudget(store, await known(), versions, { published: tags, next: tag })) {
          waiting.push(tag);
          say(
            `waits for the next run: only ${store.remainingRequests()} more requests are accepted in this hour`,
          );
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
        const { changed, problems } = await renewUpdateDirectory(store, definitions, {
          ...options,
          read,
          releases: await known(),
          say,
        });
        updated ||= changed;
        if (changed) listed = undefined;
        say(changed ? "new update directory" : "update directory unchanged");
        throwProblems(problems);
      },
    };
    const isFirst = newestUpdateDirectory(await known()) === undefined && releases.length > manyVersions;
    const early = isFirst ? [...releases.slice(0, earlyVersions), updateDirectory] : [];
    const errors = await reporter.run([
      ...early,
      ...releases.slice(isFirst ? earlyVersions : 0),
      updateDirectory,
    ]);
    return {
      ...{ changed: updated || tags.length > 0, updated, tags },
      ...{ failed: [...failed], waiting, versions, errors },
    };
  });
}

/** From this number of versions on, a first update directory is published early, after a few of them. */
const manyVersions = 12;
const earlyVersions = 6;

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
