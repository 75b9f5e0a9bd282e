import { parseUpstreamVersion } from "@sysext-kiln/extension";
import { execa } from "execa";

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

/** The newest of a list by its Debian version, as dpkg orders them; undefined for an empty list. */
export async function newest<T extends { version: string }>(items: readonly T[]): Promise<T | undefined> {
  let best: T | undefined;
  for (const item of items) {
    if (!best || (await isNewer(item.version, best.version))) best = item;
  }
  return best;
}

async function isNewer(one: string, other: string): Promise<boolean> {
  if (one === other) return false;
  const { exitCode } = await execa("dpkg", ["--compare-versions", one, "gt", other], { reject: false });
  return exitCode === 0;
}
