import { KilnError } from "@sysext-kiln/error";
import {
  compareUpstreamVersions,
  isPrerelease,
  parseUpstreamVersion,
  type BuildOrigin,
  type Definition,
} from "@sysext-kiln/extension";
import type { Upstream, UpstreamVersion } from "./upstreams/upstream.ts";

/**
 * Parses the version that a person requested, with or without `v`, before any request to an upstream.
 * @throws KilnError `unknown-version`
 */
export function parseRequestedVersion(text: string, { name }: Definition): string {
  const version = parseUpstreamVersion(text);
  if (version !== undefined) return version;
  throw new KilnError("unknown-version", {
    expected: `a version of ${name}: numbers with dots between them, with or without v`,
    found: JSON.stringify(text.slice(0, 80)),
    next: "correct it, or leave it out to get what the policy wants; `./kiln list` shows what there is",
  });
}

/**
 * Finds the requested version among those that upstream has.
 * @throws KilnError `unknown-version` with the reason if upstream lacks it or it cannot be built
 */
export async function requireVersion(
  version: string,
  versions: readonly UpstreamVersion[],
  definition: Definition,
  upstream: Upstream<BuildOrigin>,
): Promise<UpstreamVersion> {
  const found = versions.find((one) => one.version === version);
  const reason = found ? await reasonAgainst(version, upstream) : "upstream does not have";
  if (found && reason === undefined) return found;
  const stable = versions.filter((one) => !isPrerelease(one.version));
  throw new KilnError("unknown-version", {
    expected: `a version of ${definition.name} that upstream ${upstream.name} offers: ${describe(stable) || "none"}`,
    found: `${JSON.stringify(version)}, which ${reason}`,
    next: "choose one of these, or leave it out to get what the policy wants; `./kiln list` shows all",
  });
}

/** Prereleases are not built: systemd orders them above their release, so that hosts would stay on them. */
async function reasonAgainst(version: string, upstream: Upstream<BuildOrigin>): Promise<string | undefined> {
  return isPrerelease(version) ? "is a prerelease" : upstream.unavailableReason(version);
}

/**
 * The error if policy wants none of the versions.
 * @param skipped the versions that it would want, and why they cannot be built; the newest first
 */
export function noVersionWanted(
  versions: readonly UpstreamVersion[],
  skipped: readonly { version: string; reason: string }[],
  { name }: Definition,
  upstream: Upstream<BuildOrigin>,
): KilnError {
  const [newest] = skipped;
  return new KilnError("unknown-version", {
    expected: `upstream ${upstream.name} to have a version of ${name} that the definition's policy wants`,
    found: newest
      ? `${newest.version}, which ${newest.reason}${skipped.length > 1 ? `, and ${skipped.length - 1} more that cannot be built` : ""}`
      : describe(versions) || "no semantic version",
    next: `correct "versions" or "upstreams" in extensions/${name}/extension.yaml`,
  });
}

/** Lists the newest five: a message should be short. */
function describe(versions: readonly UpstreamVersion[]): string {
  return versions
    .map(({ version }) => version)
    .toSorted(compareUpstreamVersions)
    .toReversed()
    .slice(0, 5)
    .join(", ");
}
