import { setTimeout as delay } from "node:timers/promises";
import { KilnError } from "@sysext-kiln/error";
import { errorResponseOf, type GitHubRelease } from "@sysext-kiln/github-client";
import { markNotes, markOf, unmarkNotes } from "./mark.ts";
import { findRelease, nameOf, patchRelease, type GitHubRepository } from "./repository.ts";

/** Longer than any publisher takes from a look at a draft's mark to the end of what it does then, in milliseconds. */
const graceMs = 10_000;

/** Whether this publisher began the draft, or claimed it. */
export function isOwn({ publisher }: GitHubRepository, { body }: Pick<GitHubRelease, "body">): boolean {
  return markOf(body ?? "")?.publisher === publisher;
}

export function newMark({ publisher }: GitHubRepository): { publisher: string; since: string } {
  return { publisher, since: new Date().toISOString() };
}

/**
 * Takes over drafts that other publishers began, which may be dead, or at work at this moment. GitHub publishes and
 * removes without asking for a state, so a draft must not be touched while its publisher may show it. Each looks for its
 * mark just before it publishes a draft or takes anything away from it: a claim writes another mark, waits until whoever
 * looked before is done, and looks what became of the draft. What the other one still adds does no harm: an asset never
 * takes another's place.
 * @returns the drafts that are ours now; those that were published meanwhile, or removed, are not among them
 * @throws KilnError `store-busy` where another publisher claimed one after us
 */
export async function claim(
  repository: GitHubRepository,
  drafts: readonly GitHubRelease[],
): Promise<GitHubRelease[]> {
  const others = drafts.filter((draft) => !isOwn(repository, draft));
  if (others.length > 0) {
    for (const { id, body } of others) await unlessGone(mark(repository, id, body ?? ""));
    await delay(graceMs * repository.waitScale);
  }
  const claimed: GitHubRelease[] = [];
  for (const { id } of drafts) {
    const present = await findRelease(repository, String(id));
    if (present?.draft && isOwn(repository, present)) claimed.push(present);
    else if (present?.draft) throw taken(repository, present.tag_name);
    else if (present && isOwn(repository, present)) {
      // It was published between the list and our mark, which has no place in what people read.
      await patchRelease(repository, String(id), { body: unmarkNotes(present.body ?? "") });
    }
  }
  return claimed;
}

async function mark(repository: GitHubRepository, id: number, notes: string): Promise<void> {
  await patchRelease(repository, String(id), { body: markNotes(notes, newMark(repository)) });
}

/** A draft that we began or claimed. */
export interface OwnDraft {
  id: string;
  tag: string;
}

/** @throws KilnError `store-busy` where a draft is not ours any more */
export async function requireOwn(repository: GitHubRepository, { id, tag }: OwnDraft): Promise<void> {
  const present = await findRelease(repository, id);
  if (!present || !isOwn(repository, present)) throw taken(repository, tag);
}

/**
 * Works on a draft, which another publisher may remove meanwhile.
 * @throws KilnError `store-busy` in that case
 */
export async function whileOwn<T>(
  repository: GitHubRepository,
  draft: OwnDraft,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (errorResponseOf(error)?.status === 404) await requireOwn(repository, draft);
    throw error;
  }
}

function taken(repository: GitHubRepository, tag: string): KilnError {
  return new KilnError("store-busy", {
    expected: `to be the only publisher at work on ${nameOf(repository)}`,
    found: `another one has taken over the draft of ${tag}`,
    next: "wait until it is done, and run this again; nothing that is published was harmed",
  });
}

async function unlessGone(work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    if (errorResponseOf(error)?.status !== 404) throw error;
  });
}
