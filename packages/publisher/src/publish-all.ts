import type { Image } from "@sysext-kiln/builder";
import { kilnHostName, releaseTag, type Definition } from "@sysext-kiln/extension";
import type { Phase, Reporter } from "@sysext-kiln/machine";
import type { Release, ReleaseStore } from "@sysext-kiln/release-store";
import { isInDirectory } from "./directory-plan.ts";
import { directoryReader } from "./previous-directory.ts";
import { publishRelease, type PublishOptions } from "./publish-release.ts";
import { isEarlyDirectoryWithinBudget, isWithinBudget, type VersionOfRun } from "./request-budget.ts";
import { renewUpdateDirectory, throwProblems, type UpdateDirectoryOptions } from "./update-directory.ts";
import { newestUpdateDirectory } from "./update-releases.ts";
import { isKilnHostOffered } from "./write-host-assets.ts";

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
  /**
   * The tags of complete versions that wait for the next run, as the store accepts too few requests in this hour; after
   * an early publish, those that wait for the end of the run.
   */
  waiting: readonly string[];
  /** Every version that has images. */
  versions: readonly VersionImages[];
  /** One for each version that could not be published, and for the update directory. */
  errors: readonly unknown[];
}

export type PublishAllOptions = Omit<PublishOptions, "kilnHost"> &
  UpdateDirectoryOptions & {
    /** The versions of the whole run, if the images are only some of theirs. */
    run?: readonly VersionOfRun[] | undefined;
    /**
     * Whether others are still being built, and another publisher ends the run: what cannot be published now, or would
     * take requests that the run needs at its end, is left to that one.
     */
    isEarly?: boolean | undefined;
  };

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
  { run: ofRun, isEarly = false, ...options }: PublishAllOptions,
  reporter: Reporter,
): Promise<Published> {
  const versions = groupByVersion(definitions, images);
  const run = (ofRun ?? versions.map(versionOfRun)).map((version) => ({
    ...version,
    images: version.images.filter((name) => isInDirectory(name, options.updateDirectory)),
  }));
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
    const trust = { signer, signingKeys, adoptedDirectory, now };
    const read = directoryReader(store, trust);
    /** Why a version is not published now; undefined if it is, or was already. */
    const whyWaiting = async ({ definition, tag }: VersionImages) => {
      const until = isEarly ? "the end of the run" : "the next run";
      if (!isWithinBudget(store, await known(), run, { published: tags, next: tag, isEarly }))
        return `waits for ${until}: only ${store.remainingRequests()} more requests are accepted in this hour`;
      // Releases never change: this one would never get a configuration for hosts.
      const isFirst = isEarly && kilnHost !== undefined && definition !== kilnHost;
      if (!isFirst || (await isKilnHostOffered(store, await known(), kilnHost, { read, trust })))
        return undefined;
      return `waits for ${until}: its configuration for hosts names an image of kiln-host, and none is published yet`;
    };
    const releases = versions.map((version): Phase => ({
      title: `publish ${version.tag}`,
      async run(say) {
        const { definition, tag, images: ofVersion, isComplete } = version;
        const reason = isComplete ? await whyWaiting(version) : undefined;
        if (!isComplete) {
          say("not published yet: the image for another architecture is missing");
        } else if (reason !== undefined) {
          waiting.push(tag);
          say(reason);
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
          say(`published ${ofVersion.map(nameOf).join(" and ")}`);
        } else {
          say("already published");
        }
        failed.delete(tag);
      },
    }));
    const updateDirectory: Phase = {
      title: "publish the update directory",
      async run(say) {
        if (isEarly && (tags.length === 0 || !isEarlyDirectoryWithinBudget(store, await known(), run))) {
          say(
            tags.length === 0
              ? "update directory unchanged, as nothing was published"
              : `left to the end of the run, which needs the ${store.remainingRequests()} requests that are accepted in this hour`,
          );
          return;
        }
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

function versionOfRun({ tag, images }: VersionImages): VersionOfRun {
  return { tag, images: images.map(nameOf) };
}

function nameOf({ record }: Image): string {
  return record.image.name;
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
