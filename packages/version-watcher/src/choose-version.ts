import { KilnError } from "@sysext-kiln/error";
import {
  compareUpstreamVersions,
  isPrerelease,
  parseUpstreamVersion,
  type Definition,
} from "@sysext-kiln/extension";
import type { Upstream, UpstreamVersion } from "./upstream.ts";

/**
 * Reads a version that a person has chosen, with or without `v`, before any upstream is asked about it.
 * @throws KilnError `unknown-version`
 */
export function parseChosen(text: string, { name }: Definition): string {
  const version = parseUpstreamVersion(text);
  if (version !== undefined) return version;
  throw new KilnError("unknown-version", {
    expected: `a version of ${name} such as 3.5.30 or v3.5.30`,
    found: JSON.stringify(text.slice(0, 80)),
    next: "./kiln list shows what there is",
  });
}

/**
 * The version that a person has chosen, of those that upstream has.
 * @throws KilnError `unknown-version` where it is not there, or can't be built: says why
 */
export async function requireVersion(
  version: string,
  versions: readonly UpstreamVersion[],
  definition: Definition,
  upstream: Upstream,
): Promise<UpstreamVersion> {
  const found = versions.find((one) => one.version === version);
  const reason = found ? await reasonAgainst(version, upstream) : "it does not have";
  if (found && reason === undefined) return found;
  const stable = versions.filter((one) => !isPrerelease(one.version));
  throw new KilnError("unknown-version", {
    expected: `a version of ${definition.name} that upstream ${upstream.name} offers: ${describe(stable) || "it has none"}`,
    found: `${JSON.stringify(version)}, which ${reason}`,
    next: "./kiln list shows what there is",
  });
}

/** Systemd orders a prerelease above its release, so that hosts would stay on it: none is built. */
async function reasonAgainst(version: string, upstream: Upstream): Promise<string | undefined> {
  return isPrerelease(version) ? "is a prerelease" : upstream.withheld(version);
}

/** The error of a policy that wants nothing. */
export function nothingWanted(
  versions: readonly UpstreamVersion[],
  { name }: Definition,
  upstream: Upstream,
): KilnError {
  return new KilnError("unknown-version", {
    expected: `upstream ${upstream.name} to have a version of ${name} that the definition's policy wants`,
    found: describe(versions) || "no semantic version at all",
    next: `look at "versions" and "upstreams" in extensions/${name}/extension.yaml`,
  });
}

/** The newest five: a message is no list. */
function describe(versions: readonly UpstreamVersion[]): string {
  return versions
    .map(({ version }) => version)
    .toSorted(compareUpstreamVersions)
    .toReversed()
    .slice(0, 5)
    .join(", ");
}
