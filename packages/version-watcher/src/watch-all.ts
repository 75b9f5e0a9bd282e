import { type Extension, type Plan, requireOne, type UpstreamName } from "@sysext-kiln/extension";
import type { Say } from "@sysext-kiln/machine";
import type { Release } from "@sysext-kiln/release-store";
import { chooseUpstream, upstreamsOf } from "./choose-upstream.ts";
import { debianArchive } from "./debian/archive.ts";
import type { GitHubAccess } from "./github/access.ts";
import { openUpstream } from "./open-upstream.ts";
import { watchExtension } from "./watch.ts";

export interface WatchAllOptions {
  /** Where versions come from, for the extensions that have it. */
  preferred: UpstreamName;
  releases: readonly Release[];
  /** This version in place of what policy wants; of one extension only. */
  version?: string | undefined;
  /** How upstreams on GitHub are reached. */
  github: GitHubAccess;
  say: Say;
}

/**
 * The builds of extensions that are missing, and an error for each that can't be watched: it does not hold up the others.
 * @throws KilnError `usage` where a version is asked for, and of more than one extension
 */
export async function watchAll(
  extensions: readonly Extension[],
  { preferred, releases, version, github, say }: WatchAllOptions,
): Promise<{ plan: Plan; errors: unknown[] }> {
  if (version !== undefined) requireOne(extensions);
  const watched = await Promise.allSettled(
    extensions.map((extension) => {
      const { definition } = extension;
      const archive = debianArchive((line) => say(`${definition.name}: ${line}`));
      const has = upstreamsOf(definition).includes(preferred);
      const name = chooseUpstream(definition, has ? preferred : undefined);
      const upstream = openUpstream(name, definition, { archive, github: () => github });
      return watchExtension(extension, { upstream, archive, releases, version });
    }),
  );
  return {
    plan: { builds: watched.flatMap((result) => (result.status === "fulfilled" ? result.value : [])) },
    errors: watched.flatMap((result) => (result.status === "rejected" ? [result.reason] : [])),
  };
}
