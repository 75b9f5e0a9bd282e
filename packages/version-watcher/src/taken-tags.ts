import { type BuildOrder, type Definition, parseReleaseTag, releaseTag } from "@sysext-kiln/extension";
import { parseReleaseRecord, type PublishedVersion, type ReleaseStore } from "@sysext-kiln/release-store";

/** Where a version can be looked up by its tag. */
export type TagLookup = Pick<ReleaseStore, "tagsBeginningWith" | "find">;

/** The revisions of a version whose tags are in use, or were. */
export interface TakenTags {
  /** The newest one that is published; undefined if none is. */
  published: PublishedVersion | undefined;
  /** The largest revision; 0 if no tag is taken. */
  largest: number;
}

/**
 * Looks up the tags of a version that is to be built. A tag without a release is not used again: the release
 * was removed, hosts may have its image, and GitHub refuses the tag if the release was immutable. A tag with a
 * release that was not known is of one that was published in the meantime, or that hosts are not offered.
 */
export async function takenTags(
  { tagsBeginningWith, find }: TagLookup,
  definition: Definition,
  upstream: string,
): Promise<TakenTags> {
  const tags = await tagsBeginningWith(releaseTag(definition, { upstream, revision: 1 }));
  const versions = tags
    .map((tag) => parseReleaseTag(definition, tag))
    .filter((version) => version?.upstream === upstream)
    .filter((version) => version !== undefined)
    .toSorted((left, right) => right.revision - left.revision);
  const largest = versions[0]?.revision ?? 0;
  for (const version of versions) {
    const release = await find(releaseTag(definition, version));
    if (release)
      return { published: { version, release, record: parseReleaseRecord(release.notes) }, largest };
  }
  return { published: undefined, largest };
}

/** A published version with its record, which is looked up if only its tag is known. */
export async function withRecord(
  known: PublishedVersion | undefined,
  tags: TagLookup | undefined,
): Promise<PublishedVersion | undefined> {
  if (known === undefined || known.record !== undefined || tags === undefined) return known;
  const release = await tags.find(known.release.tag);
  return release ? { ...known, release, record: parseReleaseRecord(release.notes) } : known;
}

/** Orders with a revision whose tag is not taken. */
export function withFreeTag(orders: readonly BuildOrder[], { largest }: TakenTags): BuildOrder[] {
  return orders.map(({ version, ...order }) => ({
    ...order,
    version: { ...version, revision: Math.max(version.revision, largest + 1) },
  }));
}

/** From how many lookups on all tags are listed at once. */
const mostLookups = 20;

/** Looks up tags one by one, but if there are many, reads the list of all tags once. */
export function sharedLookup({ tagsBeginningWith, find }: TagLookup): TagLookup {
  let lookups = 0;
  let all: Promise<string[]> | undefined;
  return {
    find,
    async tagsBeginningWith(prefix) {
      lookups += 1;
      if (lookups <= mostLookups) return tagsBeginningWith(prefix);
      all ??= tagsBeginningWith("");
      return (await all).filter((tag) => tag.startsWith(prefix));
    },
  };
}
