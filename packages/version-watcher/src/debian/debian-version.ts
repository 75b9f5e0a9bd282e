import { parseUpstreamVersion } from "@sysext-kiln/extension";
import { tryRun } from "@sysext-kiln/machine";

/**
 * Upstream's version in a Debian version `[epoch:]upstream[-revision]` (deb-version(7)); undefined where it is not a
 * semantic one. Debian writes prereleases with `~` and marks repacked sources with `+dfsg` or `+ds`.
 */
export function upstreamVersionOf(debianVersion: string): string | undefined {
  const upstream = debianVersion
    .replace(/^\d+:/, "")
    .replace(/-[^-]*$/, "")
    .replace(/[+~.](dfsg|ds|repack)[0-9.]*$/, "");
  return parseUpstreamVersion(upstream.replace("~", "-"));
}

/** Sorts by Debian version, as dpkg orders them, and keeps one of each. */
export async function newestFirst<T extends { version: string }>(items: readonly T[]): Promise<T[]> {
  const sorted: T[] = [];
  for (const item of items) {
    let at = 0;
    while (at < sorted.length && (await isNewer(sorted[at], item))) at += 1;
    if (sorted[at]?.version !== item.version) sorted.splice(at, 0, item);
  }
  return sorted;
}

async function isNewer(one: { version: string } | undefined, other: { version: string }): Promise<boolean> {
  if (one === undefined || one.version === other.version) return false;
  return (await tryRun("dpkg", ["--compare-versions", one.version, "gt", other.version])).status === 0;
}
