import type { Definition } from "./definition.ts";
import {
  compareUpstreamVersions,
  formatImageVersion,
  type ImageVersion,
  isInSeries,
  isPrerelease,
} from "./version.ts";

type Versions = Definition["versions"];

const dayMs = 24 * 60 * 60 * 1000;

/** Whether policy allows a version to be offered to hosts. */
export function isAllowed(version: string, { minimum, exclude, withdrawn }: Versions): boolean {
  if (isPrerelease(version) || exclude.includes(version) || Object.hasOwn(withdrawn, version)) return false;
  return minimum === undefined || compareUpstreamVersions(version, minimum) >= 0;
}

/**
 * The series that a version belongs to, of those that hosts follow; undefined if it belongs to none, or if
 * hosts follow the newest version. If hosts follow the newest series, each version has its own.
 */
export function seriesOf(version: string, { track }: Versions): string | undefined {
  if (track === "newest") return undefined;
  if (typeof track === "string") return version.split(".").slice(0, 2).join(".");
  return track.find((series) => isInSeries(version, series));
}

/** How many of the newest series hosts follow; undefined if they follow chosen ones, or the newest version. */
function countOfSeries({ track }: Versions): number | undefined {
  return typeof track === "string" && track !== "newest" ? Number(track.split(" ")[1]) : undefined;
}

/**
 * Whether some hosts follow a version by themselves.
 * @param known the versions among which the newest series are counted
 */
export function isTracked(version: string, versions: Versions, known: readonly string[] = []): boolean {
  return groupBySeries([...known, version], versions, (one) => one)
    .flat()
    .includes(version);
}

/** The end of a series' life: from that date on, nothing new of it is built. */
export interface EndOfLife {
  series: string;
  /** As an ISO 8601 date. */
  date: string;
  /** In days from today; 0 or less if it has been reached. */
  days: number;
}

/** The end of life of a version's series; undefined if none is known. */
export function endOfLifeOf(
  version: string,
  { endOfLife = {} }: Versions,
  now = new Date(),
): EndOfLife | undefined {
  // Of "3" and "3.5", the more specific one.
  const series = Object.keys(endOfLife)
    .filter((one) => isInSeries(version, one))
    .toSorted((one, other) => other.length - one.length)[0];
  const date = series === undefined ? undefined : endOfLife[series];
  if (series === undefined || date === undefined) return undefined;
  return { series, date, days: Math.ceil((Date.parse(date) - now.getTime()) / dayMs) };
}

/**
 * The ends of life, reached or not, of the series that hosts follow.
 * @param known the versions that there are
 */
export function endsOfLife(known: readonly string[], versions: Versions, now = new Date()): EndOfLife[] {
  const newest = groupBySeries(known, versions, (version) => version).map((group) =>
    group.toSorted(compareUpstreamVersions).at(-1),
  );
  return newest.flatMap((version) => {
    const end = version === undefined ? undefined : endOfLifeOf(version, versions, now);
    return end ? [end] : [];
  });
}

/** What a person should know about the end of a series' life; undefined if it is more than 60 days away. */
export function endOfLifeWarning(name: string, { series, date, days }: EndOfLife): string | undefined {
  if (days > 60) return undefined;
  if (days <= 0)
    return `${name} ${series} reached its end of life on ${date}: nothing new of it is built, but hosts may still follow it`;
  return `${name} ${series} reaches its end of life on ${date}, in ${days === 1 ? "1 day" : `${days} days`}: hosts that follow it should move to a newer series`;
}

/**
 * Groups what policy allows by the series that hosts follow, and omits what belongs to none of them.
 * @returns one list per series, in the order of the definition, or else from the oldest series on
 */
export function groupBySeries<T>(
  items: readonly T[],
  versions: Versions,
  upstreamOf: (item: T) => string,
): T[][] {
  const allowed = items.filter((item) => isAllowed(upstreamOf(item), versions));
  const count = countOfSeries(versions);
  if (count !== undefined)
    return groupsFromNewest(allowed, versions, upstreamOf).slice(0, count).toReversed();
  const { track } = versions;
  if (typeof track === "string") return [allowed];
  return track.map((series) => allowed.filter((item) => isInSeries(upstreamOf(item), series)));
}

/** One list for each series that there is, from the newest series on. */
function groupsFromNewest<T>(
  items: readonly T[],
  versions: Versions,
  upstreamOf: (item: T) => string,
): T[][] {
  const newestFirst = items.toSorted((one, other) =>
    compareUpstreamVersions(upstreamOf(other), upstreamOf(one)),
  );
  return [...Map.groupBy(newestFirst, (item) => seriesOf(upstreamOf(item), versions)).values()];
}

/**
 * The versions that policy wants published: the newest one of each series that can be built, unless the
 * series has reached its end of life. A series of which nothing can be built yet does not replace an older
 * one.
 * @param canBeBuilt called for as few versions as possible, from the newest on
 */
export async function wantedVersions<T extends { version: string }>(
  items: readonly T[],
  versions: Versions,
  canBeBuilt: (item: T) => Promise<boolean>,
  now = new Date(),
): Promise<T[]> {
  const upstreamOf = ({ version }: T) => version;
  const newestOf = async (series: readonly T[]): Promise<T | undefined> => {
    const newestFirst = series.toSorted((one, other) => compareUpstreamVersions(other.version, one.version));
    for (const item of newestFirst) if (await canBeBuilt(item)) return item;
    return undefined;
  };
  const count = countOfSeries(versions);
  const allowed = items.filter(({ version }) => isAllowed(version, versions));
  const found =
    count === undefined
      ? await Promise.all(groupBySeries(allowed, versions, upstreamOf).map(newestOf))
      : await firstOf(count, groupsFromNewest(allowed, versions, upstreamOf), newestOf);
  return found
    .filter((item) => item !== undefined)
    .filter(({ version }) => !hasEnded(version, versions, now));
}

/** What the work finds for the first groups for which it finds something, in reverse order. */
async function firstOf<T>(
  count: number,
  groups: readonly (readonly T[])[],
  find: (group: readonly T[]) => Promise<T | undefined>,
): Promise<(T | undefined)[]> {
  const found: T[] = [];
  for (const group of groups) {
    if (found.length === count) break;
    const one = await find(group);
    if (one !== undefined) found.unshift(one);
  }
  return found;
}

function hasEnded(version: string, versions: Versions, now: Date): boolean {
  const end = endOfLifeOf(version, versions, now);
  return end !== undefined && end.days <= 0;
}

/** Why an image's version was withdrawn; undefined if it was not. */
export function withdrawalOf(version: ImageVersion, { withdrawn }: Versions): string | undefined {
  return reasonFor(version, withdrawn);
}

/** Why no further host takes an image's version; undefined if hosts may take it. */
export function pauseOf(version: ImageVersion, { paused }: Versions): string | undefined {
  return reasonFor(version, paused);
}

/** The reason that is given for a version with its revision, or for all revisions of it. */
function reasonFor(version: ImageVersion, reasons: Readonly<Record<string, string>>): string | undefined {
  for (const key of [formatImageVersion(version), version.upstream])
    if (Object.hasOwn(reasons, key)) return reasons[key];
  return undefined;
}

const secondsOf: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

/** The time in which a new version reaches all hosts, in seconds; 0 if they take it at once. */
export function rolloutSeconds({ rollout = "none" }: Versions): number {
  return rollout === "none" ? 0 : Number.parseInt(rollout, 10) * (secondsOf[rollout.at(-1) ?? ""] ?? 0);
}
