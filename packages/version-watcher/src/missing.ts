import { KilnError } from "@sysext-kiln/error";
import {
  type Architecture,
  type BuildOrder,
  fingerprint,
  formatImageVersion,
  type Input,
  pinOf,
} from "@sysext-kiln/extension";
import { isNewer } from "./upstreams/debian/debian-version.ts";
import type { PublishedVersion } from "@sysext-kiln/release-store";
import type { Upstream, UpstreamVersion } from "./upstreams/upstream.ts";

/** By tag, the commit that somebody has reviewed after the tag was moved. */
export type TagPins = Readonly<Record<string, string>>;

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
  { name: upstream, filesIdentity }: Pick<Upstream, "name" | "filesIdentity">,
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
 * The builds of a version that are missing. A published version is rebuilt, as its next revision, only if its
 * inputs or its recipe changed, and never from inputs that are older than the published ones: a mirror that
 * goes back in time would remove a security fix from hosts.
 * @param last the newest published revision
 * @param options.tagPins the commits that moved tags may name
 * @param options.say takes a line about why a build that would differ is skipped
 * @throws KilnError `upstream-moved` if upstream has replaced what the published version was built from
 */
export async function missingBuilds(
  orders: readonly BuildOrder[],
  last: PublishedVersion | undefined,
  { tagPins = {}, say }: { tagPins?: TagPins | undefined; say: (line: string) => void },
): Promise<BuildOrder[]> {
  if (!last?.record) return last ? [] : [...orders];
  const { record, version } = last;
  const changes = orders.flatMap((order) => changesOf(order, record.pins[order.architecture] ?? {}));
  refuseMovedTags(changes, last, tagPins);
  if (orders.every((order) => record.fingerprints[order.architecture] === fingerprint(order))) return [];

  const older = await firstOlder(changes);
  if (older) {
    const { extension, input, before } = older;
    say(
      `not rebuilding ${extension} ${formatImageVersion(version)}: ` +
        `${input.name} is ${pinOf(input)} here, older than ${before}, which it was published with`,
    );
    return [];
  }
  return orders.map((order) => ({ ...order, version: { ...version, revision: version.revision + 1 } }));
}

/** An input that has changed since the version was published. */
interface Change {
  extension: string;
  input: Input;
  /** Its pin when it was published. */
  before: string;
}

function changesOf({ extension, inputs }: BuildOrder, pins: Readonly<Record<string, string>>): Change[] {
  return inputs.flatMap((input) => {
    // An input may have the name of a property that every object has.
    const before = Object.hasOwn(pins, input.name) ? pins[input.name] : undefined;
    return before === undefined || before === pinOf(input) ? [] : [{ extension, input, before }];
  });
}

/** A tag should always name the same commit, and an asset have the same digest: a change needs a review. */
function refuseMovedTags(changes: readonly Change[], { release }: PublishedVersion, tagPins: TagPins): void {
  const moved = changes.find(
    ({ input: { origin } }) => origin.kind === "github" && tagPins[origin.tag] !== origin.commit,
  );
  if (moved?.input.origin.kind !== "github") return;
  const { extension, input, before } = moved;
  const { repository, tag, commit } = moved.input.origin;
  const what = "tree" in input ? `tag ${tag}` : `the files of ${tag}`;
  throw new KilnError("upstream-moved", {
    expected: `${what} in ${repository} to be what ${release.tag} was built from, ${before}`,
    found: pinOf(input),
    next:
      `ask upstream why, and review the change; then add "${tag}: ${commit}" to "upstreams.github.pins" in ` +
      `extensions/${extension}/extension.yaml, or add the version to "versions.exclude"`,
  });
}

async function firstOlder(changes: readonly Change[]): Promise<Change | undefined> {
  for (const change of changes) {
    const { input, before } = change;
    if (input.origin.kind === "debian" && (await isNewer(before, input.origin.version))) return change;
  }
  return undefined;
}
