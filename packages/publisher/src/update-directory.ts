import { isKilnError, KilnError } from "@sysext-kiln/error";
import { type Definition, largestIndexNumber } from "@sysext-kiln/extension";
import { type Say } from "@sysext-kiln/machine";
import { type Release, type ReleaseStore } from "@sysext-kiln/release-store";
import { publishDirectory } from "./directory-release.ts";
import { directoryState, type DirectoryState, type DirectoryStateOptions } from "./directory-state.ts";
import { prune, updatesNumber, updatesTag, updatesTagPrefix } from "./update-releases.ts";
import { markWithdrawn } from "./withdrawn-notes.ts";

export interface UpdateDirectoryOptions extends Partial<DirectoryStateOptions> {
  /** Releases and drafts that were listed in this run; if undefined, they are listed. */
  releases?: readonly Release[] | undefined;
  /** Receives lines about why there is a new directory, and how much of it has been sent. */
  say?: Say | undefined;
}

/**
 * Brings the update directory up to date with the permanent releases: creates a new release `updates-N` as a
 * draft, and publishes it as the latest in one step. A directory is not published again if it has the same
 * images, each asset is as it was published, its signature is valid and by the same key, and enough time is
 * left until its best-before date. A damaged one is replaced by the next number.
 * @returns whether hosts see a different directory than before
 * @throws KilnError `signature-invalid` if nothing authenticates something that is published, or the error
 * about a damaged release; the directory then has only the other versions
 */
export async function publishUpdateDirectory(
  store: ReleaseStore,
  definitions: readonly Definition[],
  options: UpdateDirectoryOptions = {},
): Promise<boolean> {
  const { changed, problems } = await renewUpdateDirectory(store, definitions, options);
  throwProblems(problems);
  return changed;
}

/** Like `publishUpdateDirectory`, but returns why versions were left out. */
export async function renewUpdateDirectory(
  store: ReleaseStore,
  definitions: readonly Definition[],
  { now = new Date(), ...given }: UpdateDirectoryOptions = {},
): Promise<{ changed: boolean; problems: readonly KilnError[] }> {
  const { changed, problems, releases } = await publishCurrent(store, definitions, { ...given, now });
  if (changed !== undefined) {
    given.say?.("removing what is no longer retained");
    await prune(store, definitions, releases, { changed, now });
    await markWithdrawn(store, definitions, releases);
  }
  return { changed: changed ?? false, problems };
}

/** Throws why versions were left out, if any were. */
export function throwProblems(problems: readonly KilnError[]): void {
  const [first, ...others] = problems;
  if (first !== undefined) throw others.length === 0 ? first : new AggregateError(problems);
}

/** What a look at the update directory shows, without changing anything. */
export interface DirectoryCheck {
  /** Why hosts would see another directory after the next run; undefined if they would not. */
  outdated: string | undefined;
  /** What is wrong with permanent releases. */
  problems: readonly KilnError[];
}

/**
 * Whether publishing the update directory would change what hosts see, and why. This works without the key;
 * signatures are checked if `kiln.yaml` names the keys.
 * @param releases what the store has now
 */
export async function checkUpdateDirectory(
  store: ReleaseStore,
  releases: readonly Release[],
  definitions: readonly Definition[],
  { now = new Date(), ...given }: Omit<UpdateDirectoryOptions, "signer" | "say"> = {},
): Promise<DirectoryCheck> {
  const state = await directoryState(store, definitions, releases, { ...given, now });
  const { plan, newest, outdated, problems, isEmptied } = state;
  if (plan.index.images.length === 0 && !isEmptied) return { outdated: undefined, problems };
  const notLatest = newest?.latest ? undefined : "hosts are not directed to the newest update directory";
  return { outdated: outdated ?? notLatest, problems };
}

type Options = UpdateDirectoryOptions & { now: Date };

/** How often another publisher may be first before this one gives up. */
const maxAttempts = 5;

/**
 * A tag can be published only once, so `updates-N` always has the contents for a list of releases whose
 * newest update directory was the one before N. If another publisher was first with N, this one starts again
 * with a list that includes it.
 * @returns whether hosts see a different directory than before, undefined if no image is published; why
 * versions were left out; and what the store has then
 */
async function publishCurrent(
  store: ReleaseStore,
  definitions: readonly Definition[],
  options: Options,
): Promise<{
  changed: boolean | undefined;
  problems: readonly KilnError[];
  releases: readonly Release[];
}> {
  let taken = 0;
  let isThorough = false;
  for (let attempt = 1; ; attempt += 1) {
    const known = attempt === 1 ? options.releases : undefined;
    options.say?.("comparing the update directory with the permanent releases");
    const releases = known ?? (await store.list());
    const state = await directoryState(store, definitions, releases, { ...options, isThorough });
    const { plan, problems, isEmptied } = state;
    if (plan.index.images.length === 0 && !isEmptied) return { changed: undefined, problems, releases };
    const number = Math.max(taken, updatesNumber(state.newest?.tag)) + 1;
    if (number > largestIndexNumber) throw numbersUsedUp(store, state.newest);
    try {
      const latest = await publishUnlessCurrent(store, releases, state, number, options);
      if (latest === undefined) return { changed: false, problems, releases };
      // The list still has it as a draft.
      const others = releases
        .filter(({ tag }) => tag !== latest.tag)
        .map((one) => ({ ...one, latest: false }));
      return { changed: true, problems, releases: [...others, { ...latest, latest: true }] };
    } catch (error) {
      // An image was replaced by one of the same size, in a store that does not know digests.
      if (isKilnError(error, "digest-mismatch") && !isThorough) {
        isThorough = true;
        continue;
      }
      if (!isKilnError(error, "release-conflict") || attempt === maxAttempts) throw error;
    }
    // On GitHub, the tag of an immutable release that somebody removed stays taken. A tag that was removed as
    // well is taken, too, but not listed.
    const tags = await store.tagsBeginningWith(updatesTagPrefix);
    taken = Math.max(number + 2 ** attempt - 2, ...tags.map(updatesNumber));
  }
}

/** Somebody who may write releases, but does not have the key, has published one with a number of their own. */
function numbersUsedUp({ name }: ReleaseStore, newest: Release | undefined): KilnError {
  return new KilnError("release-conflict", {
    expected: `update directories on ${name} with numbers of at most ${largestIndexNumber - 1}`,
    found: `the release ${newest?.tag}`,
    next: "find out who published it, and remove it",
  });
}

/** @returns the update directory that hosts are directed to now; undefined if that has not changed */
async function publishUnlessCurrent(
  store: ReleaseStore,
  releases: readonly Release[],
  { plan, newest, outdated }: DirectoryState,
  number: number,
  options: Options,
): Promise<Release | undefined> {
  if (newest !== undefined && outdated === undefined) {
    if (newest.latest) return undefined;
    // A run was killed between publishing the directory and directing hosts to it.
    await store.makeLatest(newest);
    return newest;
  }
  if (newest !== undefined && outdated !== undefined) options.say?.(outdated);
  await publishDirectory(store, releases, plan, number, options);
  const published = await store.find(updatesTag(number));
  if (published) return published;
  throw new KilnError("not-published", {
    expected: `${updatesTag(number)} on ${store.name}, which was just published`,
    found: "no such release",
    next: "run it again; if nobody has removed the release, it finds what this run published",
  });
}
