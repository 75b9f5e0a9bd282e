import { compareUpstreamVersions, isOnLine, isPrerelease, type Definition } from "@sysext-kiln/extension";

type Versions = Definition["versions"];

/** Whether a version may reach hosts by itself. */
export function isAllowed(version: string, { minimum, exclude }: Versions): boolean {
  if (isPrerelease(version) || exclude.includes(version)) return false;
  return minimum === undefined || compareUpstreamVersions(version, minimum) >= 0;
}

/**
 * Sorts what is allowed into the lines that hosts follow; what is on none of them is left out.
 * @returns a list a line, in the order of the definition
 */
export function groupByLine<T>(
  items: readonly T[],
  versions: Versions,
  upstreamOf: (item: T) => string,
): T[][] {
  const allowed = items.filter((item) => isAllowed(upstreamOf(item), versions));
  if (versions.track === "newest") return [allowed];
  return versions.track.map((line) => allowed.filter((item) => isOnLine(upstreamOf(item), line)));
}

/** The versions that policy wants published: the newest one of each line. */
export function wantedVersions(offered: readonly string[], versions: Versions): string[] {
  return groupByLine(offered, versions, (version) => version)
    .map((line) => line.toSorted(compareUpstreamVersions).at(-1))
    .filter((version) => version !== undefined);
}
