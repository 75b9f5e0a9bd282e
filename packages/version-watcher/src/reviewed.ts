import { KilnError } from "@sysext-kiln/error";
import { pinOf, type BuildOrder, type Definition, type Input } from "@sysext-kiln/extension";
import type { PublishedVersion } from "@sysext-kiln/release-store";
import { pinnedDigest } from "./upstreams/released/wanted-files.ts";

/** An input that has changed since the version was published. */
export interface Change {
  order: BuildOrder;
  input: Input;
  /** Its pin when it was published. */
  before: string;
  /** The version that its further source had then; undefined for an input of the upstream. */
  sourceBefore: string | undefined;
}

/**
 * Requires that somebody has reviewed what upstream replaced: a tag should always name the same commit, and a
 * file of a version always have the same digest.
 * @throws KilnError `upstream-moved`
 */
export function requireReviewed(
  changes: readonly Change[],
  { release }: PublishedVersion,
  definition: Definition,
): void {
  const moved = changes.find((change) => isOfSameVersion(change) && !isReviewed(change, definition));
  if (!moved) return;
  const { order, input, before } = moved;
  const { what, line, pins } = describe(order, input);
  throw new KilnError("upstream-moved", {
    expected: `${what} to be what ${release.tag} was built from, ${before}`,
    found: pinOf(input),
    next:
      `ask upstream why, and review the change; then add "${line}" to "${keyOf(input)}.${pins}" in ` +
      `extensions/${order.extension}/extension.yaml, or add the version to "versions.exclude"`,
  });
}

/** A further source may have another version than before, with other files. */
function isOfSameVersion({ input: { source, origin }, sourceBefore }: Change): boolean {
  return origin.kind !== "debian" && source?.version === sourceBefore;
}

function isReviewed({ order, input }: Change, { upstreams, sources }: Definition): boolean {
  const { source, origin } = input;
  const of = source ? sources?.[source.name] : upstreams;
  if (origin.kind === "github" && of?.github?.pins?.[origin.tag] === origin.commit) return true;
  const config = origin.kind === "http" ? of?.http : of?.github;
  if (!config || !("digests" in config) || !("sha256" in input)) return false;
  return pinnedDigest(config, versionOf(order, input), input.url) === input.sha256;
}

function versionOf({ version }: BuildOrder, { source }: Input): string {
  return source?.version ?? version.upstream;
}

/** The key of the definition that says where an input comes from. */
function keyOf({ source, origin }: Input): string {
  return source ? `sources.${source.name}.${origin.kind}` : `upstreams.${origin.kind}`;
}

/** What was replaced, the line that accepts it, and the key that the line is under. */
function describe(order: BuildOrder, input: Input): { what: string; line: string; pins: string } {
  const { origin } = input;
  if (origin.kind === "github") {
    const what = "tree" in input ? `tag ${origin.tag}` : `the files of ${origin.tag}`;
    return {
      what: `${what} in ${origin.repository}`,
      line: `${origin.tag}: ${origin.commit}`,
      pins: "pins",
    };
  }
  return {
    what: input.url,
    line: `${versionOf(order, input)}: { ${input.url}: ${pinOf(input)} }`,
    pins: "digests",
  };
}
