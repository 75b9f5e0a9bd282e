import {
  type Architecture,
  type BuildOrder,
  type BuildOrigin,
  compareUpstreamVersions,
  type Definition,
  fingerprint,
  formatImageVersion,
  type Input,
  pinOf,
} from "@sysext-kiln/extension";
import { isOlderToolchain, toolchainIn } from "./upstreams/go/toolchain.ts";
import { isNewer } from "./upstreams/debian/debian-version.ts";
import type { PublishedVersion, ReleaseRecord } from "@sysext-kiln/release-store";
import { requireReviewed, type Change } from "./reviewed.ts";
import type { ResolvedSource } from "./sources.ts";
import type { Upstream, UpstreamVersion } from "./upstreams/upstream.ts";

/** The libraries that are linked in besides upstream's files, for each architecture of the extension. */
export type Libraries = ReadonlyMap<Architecture, readonly Input[]>;

/**
 * Whether a published version is known to be up to date without looking at upstream's files: it came from
 * another upstream, and is kept as it is; or it has every architecture, and what identifies upstream's files,
 * its recipe and its libraries are unchanged.
 */
export function isUpToDate(
  { record }: PublishedVersion,
  { id }: UpstreamVersion,
  { name: upstream, filesIdentity }: Pick<Upstream<BuildOrigin>, "name" | "filesIdentity">,
  recipe: string,
  libraries: Libraries,
): boolean {
  if (!record || record.upstream !== upstream) return true;
  const isSameSource = filesIdentity === "version" || (filesIdentity === "tag" && id === record.object);
  if (!isSameSource || recipe !== record.recipe) return false;
  return [...libraries].every(
    ([architecture, inputs]) =>
      record.fingerprints[architecture] !== undefined &&
      inputs.every((input) => record.pins[architecture]?.[input.name] === pinOf(input)),
  );
}

/**
 * Whether a version was published only because a person requested it. Hosts are not offered it: if policy selects it
 * later, its next revision is built.
 */
export function isOnRequest({ record }: Pick<PublishedVersion, "record">): boolean {
  return record?.outsidePolicy === true;
}

/** Whether builds would give again what is published, and whether hosts are offered it or not as before. */
export function isPublished(orders: readonly BuildOrder[], last: PublishedVersion | undefined): boolean {
  const { record } = last ?? {};
  if (!record || (isOnRequest({ record }) && orders.some(({ outsidePolicy }) => outsidePolicy !== true)))
    return false;
  return orders.every((order) => record.fingerprints[order.architecture] === fingerprint(order));
}

/**
 * The builds of a version that are missing. A published version is rebuilt, as its next revision, only if its
 * inputs or its recipe changed, and never from inputs that are older than the published ones: a mirror that
 * goes back in time would remove a security fix from hosts.
 * @param last the newest published revision
 * @param options.say takes a line about why a build that would differ is skipped
 * @throws KilnError `upstream-moved` if upstream has replaced what the published version was built from
 */
export async function missingBuilds(
  orders: readonly BuildOrder[],
  last: PublishedVersion | undefined,
  { definition, say }: { definition: Definition; say: (line: string) => void },
): Promise<BuildOrder[]> {
  if (!last?.record) return last ? [] : [...orders];
  const { record, version } = last;
  const changes = orders.flatMap((order) => changesOf(order, record));
  requireReviewed(changes, last, definition);
  if (isPublished(orders, last)) return [];

  const older = await firstOlder(changes, definition);
  if (older) {
    const { input, before, sourceBefore } = older;
    const isSameVersion = input.source?.version === sourceBefore || input.origin.kind === "debian";
    const [now, then] = isSameVersion ? [pinOf(input), before] : [input.source?.version, sourceBefore];
    say(
      `not rebuilding ${definition.name} ${formatImageVersion(version)}: ` +
        `${input.name} is ${now} here, older than ${then}, which it was published with`,
    );
    return [];
  }
  return orders.map((order) => ({ ...order, version: { ...version, revision: version.revision + 1 } }));
}

/** Whether the versions of further sources, and what identifies their files, are as published. */
export function haveSameSources(
  { record }: PublishedVersion,
  sources: readonly ResolvedSource[] | undefined,
): boolean {
  const published = record?.sources ?? {};
  if (sources?.length !== Object.keys(published).length) return false;
  return sources.every(({ source: { name, upstream }, version: { version, id } }) => {
    const before = Object.hasOwn(published, name) ? published[name] : undefined;
    if (before?.version !== version || upstream.filesIdentity === "none") return false;
    return upstream.filesIdentity === "version" || before.object === id;
  });
}

function changesOf(order: BuildOrder, { pins, sources = {} }: ReleaseRecord): Change[] {
  const published = pins[order.architecture] ?? {};
  return order.inputs.flatMap((input) => {
    // An input may have the name of a property that every object has.
    const before = Object.hasOwn(published, input.name) ? published[input.name] : undefined;
    if (before === undefined || before === pinOf(input)) return [];
    const { source } = input;
    const sourceBefore =
      source && Object.hasOwn(sources, source.name) ? sources[source.name]?.version : undefined;
    return [{ order, input, before, sourceBefore }];
  });
}

/**
 * The first input that is older than the published one: a Debian package, a toolchain of Go, or a further
 * source of which the definition wants the newest version.
 */
async function firstOlder(changes: readonly Change[], definition: Definition): Promise<Change | undefined> {
  for (const change of changes) {
    const { input, before, sourceBefore } = change;
    if (input.origin.kind === "debian" && (await isNewer(before, input.origin.version))) return change;
    if ("module" in input && isOlderToolchain(input.toolchain, toolchainIn(before))) return change;
    const { source } = input;
    const policy = source && definition.sources?.[source.name]?.version;
    const isMoving = policy === "newest" || (typeof policy === "object" && "series" in policy);
    if (!source || !isMoving || sourceBefore === undefined) continue;
    if (compareUpstreamVersions(source.version, sourceBefore) < 0) return change;
  }
  return undefined;
}
