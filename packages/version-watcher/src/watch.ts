import {
  architectures,
  type BuildOrder,
  type BuildOrigin,
  type Definition,
  type Extension,
  pinOf,
  recipeDigest,
} from "@sysext-kiln/extension";
import type { Say } from "@sysext-kiln/machine";
import {
  lastRevision,
  type PublishedVersion,
  publishedVersions,
  type Release,
  selectedVersions,
} from "@sysext-kiln/release-store";
import { parseRequestedVersion, requireVersion } from "./choose-version.ts";
import type { DebianArchive } from "./upstreams/debian/archive.ts";
import { compileInputs, hostLibraries } from "./libraries.ts";
import {
  haveSameSources,
  isOnRequest,
  isPublished,
  isUpToDate,
  missingBuilds,
  type Libraries,
} from "./missing.ts";
import { versionsWanted, whyNotSelected } from "./selected.ts";
import { withSources, type CombinedUpstream, type OpenedSource } from "./sources.ts";
import { takenTags, type TagLookup, withFreeTag, withRecord } from "./taken-tags.ts";
import type { IsKnown, Upstream } from "./upstreams/upstream.ts";

export interface WatchOptions {
  upstream: Upstream<BuildOrigin>;
  /** The further sources of the extension. */
  sources?: readonly OpenedSource[];
  /** Where libraries come from, whatever the upstream is. */
  archive: DebianArchive;
  /** What is published. */
  releases: readonly Release[];
  /** Where the tags of versions that are to be built are looked up; undefined if nothing is to be published. */
  tags?: TagLookup | undefined;
  /** Called with the tag of a wanted version that is published, but not among `releases`. */
  onUnlisted?: ((tag: string) => void) | undefined;
  /** This version instead of what policy wants; with or without `v`. */
  version?: string | undefined;
  /** Receives what a person should know although nothing has failed. */
  warn?: Say;
}

/**
 * The missing builds of one extension: what is wanted, less what is published with the same inputs. Upstream
 * is asked for a version's files only if something about it is new.
 * @throws KilnError `unknown-version` if policy wants nothing, or the requested version cannot be built;
 * `upstream-moved`
 */
export async function watchExtension(extension: Extension, options: WatchOptions): Promise<BuildOrder[]> {
  const { definition } = extension;
  const { archive, version } = options;
  const requested = version === undefined ? undefined : parseRequestedVersion(version, definition);
  const published = publishedVersions(definition, options.releases);
  const recipe = await recipeDigest(extension, options.upstream.name);
  // With another recipe, the sources may be others as well.
  const recordOf = (one: string) => {
    const record = lastRevision(published, one)?.record;
    return record?.recipe === recipe ? record : undefined;
  };
  const upstream = withSources(options.upstream, options.sources ?? [], recordOf, archive.say);
  const versions = await upstream.versions();
  const selected = selectedVersions(definition, options.releases);
  const candidates = { versions, published: selected, definition, upstream, say: archive.say };
  const wanted =
    requested === undefined
      ? await versionsWanted(candidates, options.warn)
      : [await requireVersion(requested, versions, definition, upstream)];
  // What is only built on this machine is offered to nobody.
  const isForHosts = requested === undefined || options.tags === undefined;
  const notSelected = isForHosts ? undefined : await whyNotSelected(requested, candidates);
  const outsidePolicy = notSelected !== undefined;

  const isKnown = knownInputs(published);
  const libraries = await librariesOf(definition, archive, isKnown);
  const orders = await Promise.all(
    wanted.map(async (one) => {
      const last = await withRecord(lastRevision(published, one.version), options.tags);
      const isSame =
        last && (outsidePolicy || !isOnRequest(last)) && isUpToDate(last, one, upstream, recipe, libraries);
      const hasSameInputs =
        isSame &&
        haveSameSources(last, await upstream.sourcesOf(one.version)) &&
        (await isCurrent(last, upstream));
      if (hasSameInputs) return [];
      const builds = async (of: Libraries, known?: IsKnown) => {
        const planned = await firstBuilds(definition, one.version, recipe, of, upstream, known);
        return outsidePolicy ? planned.map((order) => ({ ...order, outsidePolicy })) : planned;
      };
      // Without a request for files, as what was published need not be there any more.
      if (upstream.filesIdentity === "none" && isPublished(await builds(libraries, isKnown), last)) return [];
      const reason = await upstream.unavailableReason(one.version);
      if (reason !== undefined) return [];
      const first = await builds(await librariesOf(definition, archive));
      const missing = await missingFor(definition, first, last, options);
      return withHostLibraries(missing, definition, archive);
    }),
  );
  if (requested !== undefined && notSelected !== undefined)
    warnOfRequest(requested, notSelected, orders.flat(), published, definition, options.warn);
  return orders.flat();
}

/** The builds of a version that are missing, with a revision whose tag is free. */
async function missingFor(
  definition: Definition,
  first: readonly BuildOrder[],
  last: PublishedVersion | undefined,
  { archive: { say }, tags, onUnlisted }: Pick<WatchOptions, "archive" | "tags" | "onUnlisted">,
): Promise<BuildOrder[]> {
  const missing = await missingBuilds(first, last, { definition, say });
  const [order] = missing;
  if (order === undefined || tags === undefined) return missing;
  const taken = await takenTags(tags, definition, order.version.upstream);
  if (taken.largest <= (last?.version.revision ?? 0)) return missing;
  if (taken.published && !isOnRequest(taken.published)) onUnlisted?.(taken.published.release.tag);
  return withFreeTag(await missingBuilds(first, taken.published ?? last, { definition, say }), taken);
}

/** Says that hosts will not get a version that a person requested, unless policy selected it before. */
function warnOfRequest(
  version: string,
  reason: string,
  missing: readonly BuildOrder[],
  published: readonly PublishedVersion[],
  { name }: Definition,
  warn: Say = () => undefined,
): void {
  const last = lastRevision(published, version);
  if (missing.length === 0 && last !== undefined && !isOnRequest(last)) return;
  warn(`hosts are not offered ${name} ${version}, which gets only its permanent release: ${reason}`);
}

/** Returns whether one of the published versions was built from an input. */
function knownInputs(published: readonly PublishedVersion[]): IsKnown {
  const pins = published.flatMap(({ record }) => Object.values(record?.pins ?? {}));
  const known = new Set(pins.flatMap((inputs) => Object.entries(inputs).map((input) => input.join(" "))));
  return (input) => known.has(`${input.name} ${pinOf(input)}`);
}

async function librariesOf(
  definition: Definition,
  archive: DebianArchive,
  isKnown?: IsKnown,
): Promise<Libraries> {
  const inputs = definition.architectures.map(
    async (architecture) =>
      [architecture, await compileInputs(archive, definition, architecture, isKnown)] as const,
  );
  return new Map(await Promise.all(inputs));
}

/** Whether upstream has renewed nothing that a published version was built from. */
async function isCurrent({ record }: PublishedVersion, upstream: Upstream<BuildOrigin>): Promise<boolean> {
  if (record?.upstream !== upstream.name || upstream.isCurrent === undefined) return true;
  const current = await Promise.all(
    Object.values(record.pins).map(async (pins) => (await upstream.isCurrent?.(pins)) ?? true),
  );
  return current.every(Boolean);
}

function firstBuilds(
  definition: Definition,
  version: string,
  recipe: string,
  libraries: Libraries,
  upstream: CombinedUpstream,
  isKnown: IsKnown | undefined,
): Promise<BuildOrder[]> {
  return Promise.all(
    definition.architectures.map(async (architecture) => ({
      extension: definition.name,
      version: { upstream: version, revision: 1 },
      architecture,
      upstream: upstream.name,
      inputs: [
        ...(await upstream.inputs(version, architecture, isKnown)),
        ...(libraries.get(architecture) ?? []),
      ],
      recipe,
      hostLibraries: [],
    })),
  );
}

/** Adds what stands in for hosts when the images are checked. */
async function withHostLibraries(
  orders: readonly BuildOrder[],
  definition: Definition,
  archive: DebianArchive,
): Promise<BuildOrder[]> {
  return Promise.all(
    orders.map(async (order) => ({
      ...order,
      hostLibraries: await hostLibraries(
        archive,
        definition,
        order.upstream === "files" ? architectures : [order.architecture],
      ),
    })),
  );
}
