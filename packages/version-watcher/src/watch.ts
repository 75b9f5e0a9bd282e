import {
  type BuildOrder,
  type Definition,
  type Extension,
  groupBySeries,
  recipeDigest,
  wantedVersions,
} from "@sysext-kiln/extension";
import {
  lastRevision,
  type PublishedVersion,
  publishedVersions,
  type Release,
} from "@sysext-kiln/release-store";
import { nothingWanted, parseChosen, requireVersion } from "./choose-version.ts";
import type { DebianArchive } from "./debian/archive.ts";
import { compileInputs, hostLibraries } from "./debian/libraries.ts";
import { isSettled, missingBuilds, type Libraries } from "./missing.ts";
import type { Upstream, UpstreamVersion } from "./upstream.ts";

export interface WatchOptions {
  upstream: Upstream;
  /** Where libraries come from, whichever the upstream is. */
  archive: DebianArchive;
  /** What the release store has. */
  releases: readonly Release[];
  /** This version in place of what policy wants; with or without `v`. */
  version?: string | undefined;
}

/**
 * The builds of one extension that are missing: what is wanted, less what is published with the same inputs. Upstream
 * is asked for a version's files only where something about it is new.
 * @throws KilnError `unknown-version` where nothing can be wanted, or the chosen version can't be built; `upstream-moved`
 */
export async function watchExtension(extension: Extension, options: WatchOptions): Promise<BuildOrder[]> {
  const { definition } = extension;
  const { upstream, archive, version } = options;
  const chosen = version === undefined ? undefined : parseChosen(version, definition);
  const versions = await upstream.versions();
  const published = publishedVersions(definition, options.releases);
  const wanted =
    chosen === undefined
      ? await versionsWanted(versions, published, definition, options)
      : [await requireVersion(chosen, versions, definition, upstream)];

  const recipe = await recipeDigest(extension, upstream.name);
  const libraries = new Map(
    await Promise.all(
      definition.architectures.map(
        async (architecture) =>
          [architecture, await compileInputs(archive, definition, architecture)] as const,
      ),
    ),
  );
  const orders = await Promise.all(
    wanted.map(async (one) => {
      const last = lastRevision(published, one.version);
      if (last && isSettled(last, one, upstream.name, recipe, libraries)) return [];
      const reason = await upstream.withheld(one.version);
      if (reason !== undefined) return [];
      const first = await firstBuilds(definition, one.version, recipe, libraries, options);
      return missingBuilds(first, last, { pins: definition.upstreams.github?.pins, say: archive.say });
    }),
  );
  return orders.flat();
}

/**
 * What policy wants of upstream's versions and the published ones together: an upstream that has gone back to an older
 * version, or is another one than before, makes hosts no offer that they have passed.
 */
async function versionsWanted(
  versions: readonly UpstreamVersion[],
  published: readonly PublishedVersion[],
  definition: Definition,
  { upstream, archive }: WatchOptions,
): Promise<UpstreamVersion[]> {
  const gone = published
    .map(({ version }) => version.upstream)
    .filter((version) => versions.every((one) => one.version !== version));
  const wanted = await wantedVersions(
    [...versions, ...gone.map((version) => ({ version }))],
    definition.versions,
    async ({ version }) => {
      if (lastRevision(published, version)) return true;
      const reason = await upstream.withheld(version);
      if (reason !== undefined) archive.say(`passing over ${definition.name} ${version}, which ${reason}`);
      return reason === undefined;
    },
  );
  const isAnyAllowed =
    groupBySeries(versions, definition.versions, ({ version }) => version).flat().length > 0;
  if (wanted.length === 0 || !isAnyAllowed) throw nothingWanted(versions, definition, upstream);
  return wanted;
}

function firstBuilds(
  definition: Definition,
  version: string,
  recipe: string,
  libraries: Libraries,
  { upstream, archive }: WatchOptions,
): Promise<BuildOrder[]> {
  return Promise.all(
    definition.architectures.map(async (architecture) => ({
      extension: definition.name,
      version: { upstream: version, revision: 1 },
      architecture,
      upstream: upstream.name,
      inputs: [...(await upstream.inputs(version, architecture)), ...(libraries.get(architecture) ?? [])],
      recipe,
      hostLibraries: await hostLibraries(archive, definition, architecture),
    })),
  );
}
