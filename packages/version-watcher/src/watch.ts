import { KilnError } from "@sysext-kiln/error";
import {
  compareImageVersions,
  compareUpstreamVersions,
  parseUpstreamVersion,
  recipeDigest,
  type Extension,
} from "@sysext-kiln/extension";
import type { Release } from "@sysext-kiln/release-host";
import type { DebianArchive } from "./debian/archive.ts";
import { compileInputs, hostLibraries } from "./debian/libraries.ts";
import { fingerprint, type BuildOrder } from "./plan.ts";
import { wantedVersions } from "./policy.ts";
import { publishedVersions, type PublishedVersion } from "./release-record.ts";
import type { Upstream } from "./upstream.ts";

export interface WatchOptions {
  upstream: Upstream;
  /** Where libraries come from, whichever the upstream is. */
  archive: DebianArchive;
  /** What the release host has. */
  releases: readonly Release[];
  /** This version in place of what policy wants; with or without `v`. */
  version?: string | undefined;
}

/** The builds of one extension that are missing: what is wanted, less what is published with the same inputs. */
export async function watchExtension(extension: Extension, options: WatchOptions): Promise<BuildOrder[]> {
  const { definition } = extension;
  const offered = await options.upstream.versions(definition);
  const wanted =
    options.version === undefined
      ? wantedVersions(offered, definition.versions)
      : [chosenVersion(options.version, offered, extension, options.upstream)];
  if (wanted.length === 0) throw nothingWanted(extension, offered, options.upstream);
  const published = publishedVersions(definition, options.releases);
  const recipe = await recipeDigest(extension);
  const orders = await Promise.all(
    wanted.map(async (version) => {
      const first = await firstBuilds(extension, version, recipe, options);
      const last = published
        .filter((one) => one.version.upstream === version)
        .toSorted((left, right) => compareImageVersions(left.version, right.version))
        .at(-1);
      return missing(first, last);
    }),
  );
  return orders.flat();
}

function nothingWanted({ definition }: Extension, offered: readonly string[], upstream: Upstream): KilnError {
  return new KilnError("unknown-version", {
    expected: `upstream ${upstream.name} to have a version of ${definition.name} that the definition's policy wants`,
    found: offered.length === 0 ? "no semantic version at all" : offered.join(", "),
    next: `look at "versions" and "upstreams" in extensions/${definition.name}/extension.yaml`,
  });
}

function chosenVersion(
  text: string,
  offered: readonly string[],
  { definition }: Extension,
  upstream: Upstream,
): string {
  const version = parseUpstreamVersion(text);
  if (version !== undefined && offered.includes(version)) return version;
  const newest = offered.toSorted(compareUpstreamVersions).toReversed().slice(0, 5);
  throw new KilnError("unknown-version", {
    expected: `a version of ${definition.name} that upstream ${upstream.name} has: ${newest.join(", ") || "it has none"}`,
    found: JSON.stringify(text.slice(0, 80)),
    next: `./kiln list shows what there is`,
  });
}

function firstBuilds(
  { definition }: Extension,
  version: string,
  recipe: string,
  { upstream, archive }: WatchOptions,
): Promise<BuildOrder[]> {
  return Promise.all(
    definition.architectures.map(async (architecture) => {
      const [fromUpstream, compiledIn, libraries] = await Promise.all([
        upstream.inputs(definition, version, architecture),
        compileInputs(archive, definition, architecture),
        hostLibraries(archive, definition, architecture),
      ]);
      return {
        extension: definition.name,
        version: { upstream: version, revision: 1 },
        architecture,
        upstream: upstream.name,
        inputs: [...fromUpstream, ...compiledIn],
        recipe,
        hostLibraries: libraries,
      };
    }),
  );
}

/** A version that is published is only built again, as its next revision, when the same upstream's inputs changed. */
function missing(orders: BuildOrder[], last: PublishedVersion | undefined): BuildOrder[] {
  if (!last) return orders;
  const { record, version } = last;
  const isCurrent = orders.every((order) => record?.fingerprints[order.architecture] === fingerprint(order));
  if (!record || isCurrent || orders.some(({ upstream }) => upstream !== record.upstream)) return [];
  return orders.map((order) => ({ ...order, version: { ...version, revision: version.revision + 1 } }));
}
