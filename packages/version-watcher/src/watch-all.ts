import { requireOne, type Extension, type Plan, type BuildOrder } from "@sysext-kiln/extension";
import type { Reporter } from "@sysext-kiln/machine";
import type { Release } from "@sysext-kiln/release-store";
import {
  chooseUpstream,
  openSources,
  openUpstream,
  sharedAccess,
  type UpstreamChoice,
} from "./upstreams/open.ts";
import { sharedLookup, type TagLookup } from "./taken-tags.ts";
import { watchExtension } from "./watch.ts";

export interface WatchAllOptions extends UpstreamChoice {
  /** What is published. */
  releases: readonly Release[];
  /** Where the tags of versions that are to be built are looked up; if undefined, they are not. */
  tags?: TagLookup | undefined;
  /** This version instead of what policy wants; for exactly one extension; kiln-host is watched as usual. */
  version?: string | undefined;
}

/** What a watch has found. */
export interface Watched {
  plan: Plan;
  /** What a person should know although nothing has failed. */
  warnings: readonly string[];
  /** The tags of wanted versions that are published, but not among the given releases. */
  unlisted: readonly string[];
  /** The names of the extensions that could not be watched. */
  failed: readonly string[];
  errors: readonly unknown[];
}

/**
 * The missing builds of extensions, and the names and errors of those that could not be watched: these do not
 * affect the others.
 * @throws KilnError `usage` if a version is given for more than one extension
 */
export async function watchAll(
  extensions: readonly Extension[],
  { from, otherwise, releases, tags, version }: WatchAllOptions,
  reporter: Reporter,
): Promise<Watched> {
  const requested = version === undefined ? undefined : requireOne(extensions);
  const builds = new Map<string, BuildOrder[]>();
  const done = new Set<string>();
  const warnings = new Set<string>();
  const unlisted: string[] = [];
  const access = sharedAccess();
  const lookup = tags && sharedLookup(tags);
  const errors = await reporter.run(
    extensions.map((extension) => ({
      title: `watch ${extension.definition.name}`,
      run: async (say) => {
        const { definition } = extension;
        const name = chooseUpstream(definition, { from, otherwise }, say);
        if (name === undefined) {
          done.add(definition.name);
          return;
        }
        // Not every caller shows the warnings at its end.
        const warn = (line: string) => {
          if (!warnings.has(line)) say(line);
          warnings.add(line);
        };
        const reached = access(say, warn);
        const upstream = openUpstream(name, extension, reached);
        const { archive } = reached;
        builds.set(
          definition.name,
          await watchExtension(extension, {
            ...{ upstream, sources: openSources(extension, reached), archive, releases, tags: lookup },
            version: extension === requested ? version : undefined,
            warn,
            onUnlisted: (tag) => unlisted.push(tag),
          }),
        );
        done.add(definition.name);
      },
    })),
    { concurrency: extensions.length },
  );
  return {
    plan: { builds: extensions.flatMap(({ definition }) => builds.get(definition.name) ?? []) },
    failed: extensions.map(({ definition }) => definition.name).filter((name) => !done.has(name)),
    // In the same order in every run.
    warnings: [...warnings].toSorted(),
    unlisted,
    errors,
  };
}
