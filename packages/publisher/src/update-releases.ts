import { parseReleaseTag, type Definition } from "@sysext-kiln/extension";
import type { Release, ReleaseStore } from "@sysext-kiln/release-store";

// Each update directory is a release of its own, with the tag `updates-1`, `updates-2` and so on.

/** What the tag of every update directory begins with. */
export const updatesTagPrefix = "updates-";

const tagPattern = new RegExp(`^${updatesTagPrefix}(?<number>[1-9]\\d*)$`);

/** The tag of an update directory. */
export function updatesTag(number: number): string {
  return `${updatesTagPrefix}${number}`;
}

/** The number of an update directory; 0 for any other tag, and for none. */
export function updatesNumber(tag: string | undefined): number {
  return Number(tagPattern.exec(tag ?? "")?.groups?.["number"] ?? 0);
}

/** Whether a tag is that of an update directory, the latest one or an earlier one. */
export function isUpdatesTag(tag: string): boolean {
  return tagPattern.test(tag);
}

/** The published update directories among releases, the newest last. */
export function updateDirectoriesIn(releases: readonly Release[]): Release[] {
  return releases
    .filter(({ draft, tag }) => !draft && isUpdatesTag(tag))
    .toSorted((left, right) => updatesNumber(left.tag) - updatesNumber(right.tag));
}

/**
 * The update directory that was published last. It is not the latest release if the run was killed in
 * between.
 */
export function newestUpdateDirectory(releases: readonly Release[]): Release | undefined {
  return updateDirectoriesIn(releases).at(-1);
}

/**
 * How many update directories are kept, including the latest: a host may still be reading the previous one.
 */
const keptDirectories = 3;

/** A draft that no publisher has continued for this long is abandoned. */
const abandonedAfterMs = 24 * 60 * 60 * 1000;

/**
 * Removes update directories that no host reads any more, and drafts that will not be published.
 * @param releases what the store has now
 * @param options.changed whether hosts were just directed to another directory; the old ones stay until it is served
 */
export async function prune(
  store: ReleaseStore,
  definitions: readonly Definition[],
  releases: readonly Release[],
  { changed, now }: { changed: boolean; now: Date },
): Promise<void> {
  const directories = updateDirectoriesIn(releases);
  const latest = directories.find((release) => release.latest);
  const old = latest ? directories.slice(0, -keptDirectories).filter((release) => release !== latest) : [];
  if (latest && (changed || old.length > 0)) await store.untilServed(latest);
  for (const release of old) await store.remove(release);
  for (const draft of obsoleteDrafts(releases, definitions, now)) await store.remove(draft);
}

/**
 * kiln's drafts that can no longer be published, because their tag or a newer update directory is published,
 * and abandoned ones, such as that of a killed run for a version that upstream has since replaced. A draft
 * that is being filled is neither.
 */
function obsoleteDrafts(
  releases: readonly Release[],
  definitions: readonly Definition[],
  now: Date,
): Release[] {
  const published = releases.filter(({ draft }) => !draft);
  const newest = updatesNumber(newestUpdateDirectory(releases)?.tag);
  const isOurs = (tag: string) =>
    isUpdatesTag(tag) || definitions.some((definition) => parseReleaseTag(definition, tag));
  return releases.filter(({ draft, begunAt, tag }) => {
    if (!draft || !begunAt || !isOurs(tag)) return false;
    const isPublished = published.some((release) => release.tag === tag);
    const isOutdated = isUpdatesTag(tag) && updatesNumber(tag) <= newest;
    return isPublished || isOutdated || now.getTime() - begunAt.getTime() > abandonedAfterMs;
  });
}
