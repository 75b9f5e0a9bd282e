import { setTimeout as delay } from "node:timers/promises";
import { KilnError } from "@sysext-kiln/error";
import {
  errorResponseOf,
  githubReleaseSchema,
  listReleases,
  type GitHubRelease,
} from "@sysext-kiln/github-client";
import type { Release } from "../release-store.ts";
import { isOwn, markOf, withOwnMark, withoutMark } from "./draft-mark.ts";
import {
  deleteRelease,
  findRelease,
  nameOf,
  patchRelease,
  refuseTakenTag,
  type GitHubRepository,
} from "./repository.ts";

/** A draft that this publisher began or claimed. */
export interface OwnDraft {
  id: string;
  tag: string;
}

/**
 * Opens the one draft of a tag. It continues a draft that an interrupted run left: of several the fullest,
 * and the others are removed. A draft that somebody made by hand is left alone.
 * @param known releases and drafts that were listed in this run: without a draft of the tag among them, none is
 * looked for. One that another publisher has begun since is no problem: only one of the two can be published
 */
export async function openDraft(
  repository: GitHubRepository,
  tag: string,
  notes: string,
  known?: readonly Release[],
): Promise<GitHubRelease> {
  const isKnownAbsent = known?.every((release) => !release.draft || release.tag !== tag) ?? false;
  const left = isKnownAbsent
    ? []
    : (await draftsOf(repository, tag)).filter(({ body }) => markOf(body ?? ""));
  const [fullest, ...others] = (await claimDrafts(repository, left)).toSorted(
    (one, other) => bytesOf(other) - bytesOf(one),
  );
  for (const other of others) await deleteRelease(repository, String(other.id));
  const body = withOwnMark(repository, notes);
  if (!fullest) return createDraft(repository, tag, body);
  return patchRelease(repository, String(fullest.id), { body });
}

function createDraft(repository: GitHubRepository, tag: string, body: string): Promise<GitHubRelease> {
  const { client, name } = repository;
  const wanted = { ...name, tag_name: tag, name: tag, body, draft: true };
  const make = () => client.call(client.rest.repos.createRelease, wanted, githubReleaseSchema);
  const find = async () => (await draftsOf(repository, tag)).find((draft) => isOwn(repository, draft));
  return refuseTakenTag(repository, tag, () => client.once(make, find));
}

async function draftsOf({ client, name }: GitHubRepository, tag: string): Promise<GitHubRelease[]> {
  const releases = await listReleases(client, name);
  return releases.filter((release) => release.draft && release.tag_name === tag);
}

function bytesOf({ assets }: GitHubRelease): number {
  return assets.reduce((sum, { size }) => sum + size, 0);
}

/** Longer than any publisher takes from checking its mark to the end of its next action, in milliseconds. */
const graceMs = 10_000;

/**
 * Takes over drafts of other publishers, which may have died or may be at work now. A claim writes this
 * publisher's mark, waits until anyone who checked the old mark is done, and then looks at what became of the
 * draft. An asset that the other publisher still adds does no harm: an asset never replaces another.
 * @returns the drafts that this publisher owns now, without those published or removed in the meantime
 * @throws KilnError `busy` if another publisher claimed one afterwards
 */
export async function claimDrafts(
  repository: GitHubRepository,
  drafts: readonly GitHubRelease[],
): Promise<GitHubRelease[]> {
  const others = drafts.filter((draft) => !isOwn(repository, draft));
  if (others.length > 0) {
    for (const { id, body } of others) {
      const marked = patchRelease(repository, String(id), { body: withOwnMark(repository, body ?? "") });
      await ignoreMissing(marked);
    }
    await delay(graceMs * repository.waitScale);
  }
  const claimed: GitHubRelease[] = [];
  for (const { id } of drafts) {
    const current = await findRelease(repository, String(id));
    if (current?.draft && isOwn(repository, current)) claimed.push(current);
    else if (current?.draft) throw busy(repository, current.tag_name);
    else if (current && isOwn(repository, current)) {
      // It was published between the listing and our mark, which must not stay in what people read.
      await patchRelease(repository, String(id), { body: withoutMark(current.body ?? "") });
    }
  }
  return claimed;
}

/** @throws KilnError `busy` if a draft is no longer this publisher's */
export async function requireOwn(repository: GitHubRepository, { id, tag }: OwnDraft): Promise<void> {
  const current = await findRelease(repository, id);
  if (!current || !isOwn(repository, current)) throw busy(repository, tag);
}

/**
 * Works on a draft that another publisher may remove in the meantime.
 * @throws KilnError `busy` in that case
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

function busy(repository: GitHubRepository, tag: string): KilnError {
  return new KilnError("busy", {
    expected: `to be the only publisher working on ${nameOf(repository)}`,
    found: `another publisher has taken over the draft of ${tag}`,
    next: "wait until it is done, and run this again; nothing published was harmed",
  });
}

async function ignoreMissing(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (errorResponseOf(error)?.status !== 404) throw error;
  });
}
