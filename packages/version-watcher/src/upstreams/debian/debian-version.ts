import { parseUpstreamVersion } from "@sysext-kiln/extension";
import { tryRun } from "@sysext-kiln/machine";

/**
 * Upstream's version in a Debian version `[epoch:]upstream[-revision]` (deb-version(7)); undefined if that is
 * not a version as kiln knows them. Debian writes prereleases with `~`, and marks repacked sources with
 * `+dfsg` or `+ds`. Anything else after a `+` is Debian's as well, such as `+really1.0` or `+git20260101`, and
 * no build metadata of upstream.
 */
export function upstreamVersionOf(debianVersion: string): string | undefined {
  const upstream = debianVersion
    .replace(/^\d+:/, "")
    .replace(/-[^-]*$/, "")
    .replace(/[+~.](dfsg|ds|repack)[0-9.]*$/, "");
  return upstream.includes("+") ? undefined : parseUpstreamVersion(upstream.replace("~", "-"));
}

/** Sorts by Debian version, in the order of dpkg, and keeps one item for each version. */
export async function newestFirst<T extends { version: string }>(items: readonly T[]): Promise<T[]> {
  const sorted: T[] = [];
  for (const item of items) {
    let at = 0;
    while (at < sorted.length && (await isNewer(sorted[at]?.version, item.version))) at += 1;
    if (sorted[at]?.version !== item.version) sorted.splice(at, 0, item);
  }
  return sorted;
}

/** Whether one Debian version is newer than another, in the order of dpkg. */
export async function isNewer(one: string | undefined, other: string): Promise<boolean> {
  if (one === undefined || one === other) return false;
  return (await tryRun("dpkg", ["--compare-versions", one, "gt", other])).status === 0;
}
