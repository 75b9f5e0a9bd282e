import { parseReleaseTag, type Definition } from "@sysext-kiln/extension";
import type { Release, ReleaseStore } from "@sysext-kiln/release-store";
import { byNumber, isUpdatesTag, numberOf } from "./updates.ts";

/** How many update directories stay, the latest included: a host may be in the middle of reading the one before. */
const keptDirectories = 3;

/** A draft that no publisher went on with for so long is nobody's any more. */
const abandonedAfterMs = 24 * 60 * 60 * 1000;

/**
 * Removes update directories that no host reads any more, and drafts that nobody will publish.
 * @param changed whether hosts were just led to another directory: the old ones stay until it answers
 */
export async function prune(
  store: ReleaseStore,
  definitions: readonly Definition[],
  { changed, now }: { changed: boolean; now: Date },
): Promise<void> {
  const releases = await store.list();
  const directories = byNumber(releases.filter(({ draft }) => !draft));
  const latest = directories.find((release) => release.latest);
  const old = latest ? directories.slice(0, -keptDirectories).filter((release) => release !== latest) : [];
  if (latest && (changed || old.length > 0)) await store.untilServed(latest);
  for (const release of old) await store.remove(release);
  for (const draft of deadDrafts(releases, definitions, now)) await store.remove(draft);
}

/**
 * Drafts of ours that can't be published any more, as their tag is taken or passed by, and those that were left: by a
 * run that died over a version that upstream has moved past since. One that is just being filled is neither.
 */
function deadDrafts(releases: readonly Release[], definitions: readonly Definition[], now: Date): Release[] {
  const published = releases.filter(({ draft }) => !draft);
  const newest = numberOf(byNumber(published).at(-1)?.tag);
  const isOurs = (tag: string) =>
    isUpdatesTag(tag) || definitions.some((definition) => parseReleaseTag(definition, tag));
  return releases.filter(({ draft, begunAt, tag }) => {
    if (!draft || !begunAt || !isOurs(tag)) return false;
    const isTaken = published.some((release) => release.tag === tag);
    const isPassed = isUpdatesTag(tag) && numberOf(tag) <= newest;
    return isTaken || isPassed || now.getTime() - begunAt.getTime() > abandonedAfterMs;
  });
}
