import type { Definition } from "./definition.ts";
import { compareUpstreamVersions, isInSeries, isPrerelease } from "./version.ts";

type Versions = Definition["versions"];

/** Whether policy allows a version to be offered to hosts. */
export function isAllowed(version: string, { minimum, exclude }: Versions): boolean {
  if (isPrerelease(version) || exclude.includes(version)) return false;
  return minimum === undefined || compareUpstreamVersions(version, minimum) >= 0;
}

/**
 * The series that a version belongs to, of those that hosts follow; undefined if it belongs to none, or if
 * hosts follow the newest version.
 */
export function seriesOf(version: string, { track }: Versions): string | undefined {
  return track === "newest" ? undefined : track.find((series) => isInSeries(version, series));
}

/** Whether some hosts follow a version by themselves. */
export function isTracked(version: string, versions: Versions): boolean {
  const hasSeries = versions.track === "newest" || seriesOf(version, versions) !== undefined;
  return hasSeries && isAllowed(version, versions);
}

/**
 * Groups what policy allows by the series that hosts follow, and omits what belongs to none of them.
 * @returns one list per series, in the order of the definition
 */
export function groupBySeries<T>(
  items: readonly T[],
  versions: Versions,
  upstreamOf: (item: T) => string,
): T[][] {
  const allowed = items.filter((item) => isAllowed(upstreamOf(item), versions));
  if (versions.track === "newest") return [allowed];
  return versions.track.map((series) => allowed.filter((item) => isInSeries(upstreamOf(item), series)));
}

/**
 * The versions that policy wants published: the newest one of each series that can be built.
 * @param canBeBuilt called for as few versions as possible, from the newest on
 */
export async function wantedVersions<T extends { version: string }>(
  items: readonly T[],
  versions: Versions,
  canBeBuilt: (item: T) => Promise<boolean>,
): Promise<T[]> {
  const groups = groupBySeries(items, versions, ({ version }) => version);
  const wanted = await Promise.all(
    groups.map(async (series) => {
      const newestFirst = series.toSorted((one, other) =>
        compareUpstreamVersions(other.version, one.version),
      );
      for (const item of newestFirst) if (await canBeBuilt(item)) return [item];
      return [];
    }),
  );
  return wanted.flat();
}
