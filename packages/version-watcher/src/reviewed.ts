import { KilnError } from "@sysext-kiln/error";
import {
  pinOf,
  type BuildOrder,
  type Definition,
  type Input,
  type ModuleInput,
} from "@sysext-kiln/extension";
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
  if ("module" in input) throw moduleReplaced(order, input, release.tag, before);
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
function isOfSameVersion({ input, before, sourceBefore }: Change): boolean {
  const { source, origin } = input;
  // A newer toolchain changes the pin of a module, but not its files.
  if ("module" in input && before.startsWith(`${input.sum} `)) return false;
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

/** A proxy and the checksum database never change a version, so this can only be one that nobody verifies. */
function moduleReplaced(order: BuildOrder, input: ModuleInput, tag: string, before: string): KilnError {
  return new KilnError("upstream-moved", {
    expected: `the module ${input.module} ${input.version} to be what ${tag} was built from, ${before}`,
    found: pinOf(input),
    next: `ask upstream why; until it is resolved, add the version to "versions.exclude" in extensions/${order.extension}/extension.yaml`,
  });
}

/** What was replaced, the line that accepts it, and the key that the line is under. */
function describe(
  order: BuildOrder,
  input: Exclude<Input, ModuleInput>,
): { what: string; line: string; pins: string } {
  const { origin } = input;
  if (origin.kind === "github") {
    const what = "tree" in input ? `tag ${origin.tag}` : `the files of ${origin.tag}`;
    return {
      what: `${what} in ${origin.repository}`,
      line: `${origin.tag}: ${origin.commit}`,
      pins: "pins",
    };
  }
  if (!("url" in input)) throw new Error("nothing is published that was built from a folder");
  return {
    what: input.url,
    line: `${versionOf(order, input)}: { ${input.url}: ${pinOf(input)} }`,
    pins: "digests",
  };
}
