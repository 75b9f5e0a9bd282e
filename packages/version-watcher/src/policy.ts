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

/**
 * The versions that policy wants published: of each line the newest one that can be built.
 * @param canBeBuilt asked about as few versions as possible, from the newest on
 */
export async function wantedVersions<T extends { version: string }>(
  items: readonly T[],
  versions: Versions,
  canBeBuilt: (item: T) => Promise<boolean>,
): Promise<T[]> {
  const lines = groupByLine(items, versions, ({ version }) => version);
  const wanted = await Promise.all(
    lines.map(async (line) => {
      const newestFirst = line.toSorted((one, other) => compareUpstreamVersions(other.version, one.version));
      for (const item of newestFirst) if (await canBeBuilt(item)) return [item];
      return [];
    }),
  );
  return wanted.flat();
}
