import { KilnError } from "@sysext-kiln/error";
import {
  type Architecture,
  type BuildOrder,
  fingerprint,
  formatImageVersion,
  type Input,
  pinOf,
  type UpstreamName,
} from "@sysext-kiln/extension";
import { isNewer } from "./debian/debian-version.ts";
import type { PublishedVersion } from "@sysext-kiln/release-store";
import type { UpstreamVersion } from "./upstream.ts";

/** By a tag, the commit that somebody has looked at. */
export type Pins = Readonly<Record<string, string>>;

/** What is compiled in besides upstream's files, for each architecture that is wanted. */
export type Libraries = ReadonlyMap<Architecture, readonly Input[]>;

/**
 * Whether nothing about a published version can be new, without a look at upstream's files: it came from another
 * upstream, and stays as it is; or it has every architecture, and its tag, its recipe and its libraries are the same.
 */
export function isSettled(
  { record }: PublishedVersion,
  { id }: UpstreamVersion,
  upstream: UpstreamName,
  recipe: string,
  libraries: Libraries,
): boolean {
  if (!record || record.upstream !== upstream) return true;
  if (id === undefined || id !== record.object || recipe !== record.recipe) return false;
  return [...libraries].every(
    ([architecture, inputs]) =>
      record.fingerprints[architecture] !== undefined &&
      inputs.every((input) => record.pins[architecture]?.[input.name] === pinOf(input)),
  );
}

/**
 * What of a version's builds is missing. One that is published is only built again, as its next revision, when its
 * inputs or the recipe changed, and never from inputs that are older than the published ones: a mirror that goes back
 * in time would take a security fix from hosts.
 * @param last the newest revision that is published
 * @param options.pins the commits that tags may name now, though they have moved
 * @param options.say is told why a build that would differ is left out
 * @throws KilnError `upstream-moved` where upstream has put something else in the place of what was published
 */
export async function missingBuilds(
  orders: readonly BuildOrder[],
  last: PublishedVersion | undefined,
  { pins = {}, say }: { pins?: Pins | undefined; say: (line: string) => void },
): Promise<BuildOrder[]> {
  if (!last?.record) return last ? [] : [...orders];
  const { record, version } = last;
  const changes = orders.flatMap((order) => changesOf(order, record.pins[order.architecture] ?? {}));
  refuseMoved(changes, last, pins);
  if (orders.every((order) => record.fingerprints[order.architecture] === fingerprint(order))) return [];

  const older = await firstOlder(changes);
  if (older) {
    const { extension, input, before } = older;
    say(
      `not building ${extension} ${formatImageVersion(version)} again: ` +
        `${input.name} is ${pinOf(input)} here, and it was published with ${before}`,
    );
    return [];
  }
  return orders.map((order) => ({ ...order, version: { ...version, revision: version.revision + 1 } }));
}

/** An input that is not what it was. */
interface Change {
  extension: string;
  input: Input;
  /** Its pin when it was published. */
  before: string;
}

function changesOf({ extension, inputs }: BuildOrder, pins: Readonly<Record<string, string>>): Change[] {
  return inputs.flatMap((input) => {
    const before = pins[input.name];
    return before === undefined || before === pinOf(input) ? [] : [{ extension, input, before }];
  });
}

/** A tag names one commit, and an asset has one digest, for ever: somebody who changes that has to be asked why. */
function refuseMoved(changes: readonly Change[], { release }: PublishedVersion, pins: Pins): void {
  const moved = changes.find(
    ({ input: { origin } }) => origin.kind === "github" && pins[origin.tag] !== origin.commit,
  );
  if (moved?.input.origin.kind !== "github") return;
  const { extension, input, before } = moved;
  const { repository, tag, commit } = moved.input.origin;
  const what = "tree" in input ? `tag ${tag}` : `the files of ${tag}`;
  throw new KilnError("upstream-moved", {
    expected: `${what} in ${repository} to be what ${release.tag} was built from, ${before}`,
    found: pinOf(input),
    next:
      `ask upstream why, and look at what has changed; then add "${tag}: ${commit}" to "upstreams.github.pins" in ` +
      `extensions/${extension}/extension.yaml, or else the version to "versions.exclude"`,
  });
}

async function firstOlder(changes: readonly Change[]): Promise<Change | undefined> {
  for (const change of changes) {
    const { input, before } = change;
    if (input.origin.kind === "debian" && (await isNewer(before, input.origin.version))) return change;
  }
  return undefined;
}
