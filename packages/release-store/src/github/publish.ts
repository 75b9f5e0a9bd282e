import { setTimeout as delay } from "node:timers/promises";
import { KilnError } from "@sysext-kiln/error";
import { updateDirectoryPath } from "@sysext-kiln/extension";
import { errorResponseOf, type GitHubRelease } from "@sysext-kiln/github-client";
import { z } from "zod";
import type { Release } from "../release-store.ts";
import { isOwn, withOwnMark, withoutMark } from "./draft-mark.ts";
import { claimDrafts, requireOwn } from "./drafts.ts";
import {
  deleteRelease,
  findRelease,
  patchRelease,
  refuseTakenTag,
  type GitHubRepository,
} from "./repository.ts";

/** Publishes a draft in one request, which also decides whether it becomes the latest release. */
export async function publishDraft(
  repository: GitHubRepository,
  draft: Release,
  latest: boolean,
): Promise<void> {
  const show = async (): Promise<GitHubRelease> => {
    // Immediately before: see `draft-mark.ts`.
    await requireOwn(repository, draft);
    return patchRelease(repository, draft.id, {
      draft: false,
      body: withoutMark(draft.notes),
      make_latest: latest ? "true" : "false",
      request: { retries: 0 },
    });
  };
  const findShown = async () => {
    const present = await findRelease(repository, draft.id);
    return present && !present.draft ? present : undefined;
  };
  await refuseTakenTag(repository, draft.tag, () => repository.client.once(show, findShown));
}

/** How long GitHub may take until a release answers at its public address, in milliseconds. */
const timeoutMs = 60_000;
/** Between two attempts. */
const pauseMs = 2000;

/**
 * Waits until the redirect that hosts follow leads to a release. A private repository does not redirect
 * without a token, so there is nothing to wait for.
 */
export async function untilServed(repository: GitHubRepository, { tag, assets }: Release): Promise<void> {
  const { baseUrl, waitScale } = repository;
  const [asset] = assets;
  if (!asset) return;
  const address = `${baseUrl}/${updateDirectoryPath}/${encodeURIComponent(asset.name)}`;
  let found = "";
  for (let waited = 0; waited <= timeoutMs; waited += pauseMs) {
    if (waited > 0) await delay(pauseMs * waitScale);
    found = await redirectOf(address);
    if (found.includes(`/releases/download/${encodeURIComponent(tag)}/`)) return;
    if (waited === 0 && (await isPrivate(repository))) return;
  }
  throw new KilnError("not-published", {
    expected: `${address} to lead to the release ${tag}`,
    found,
    next: "open it in a browser that is not logged in; older update directories are kept until it leads to the new one",
  });
}

async function redirectOf(address: string): Promise<string> {
  try {
    const { status, headers } = await fetch(address, { method: "HEAD", redirect: "manual" });
    return headers.get("location") ?? `status ${status}`;
  } catch (error) {
    return error instanceof Error ? error.message : "no answer";
  }
}

async function isPrivate({ client, name }: GitHubRepository): Promise<boolean> {
  const schema = z.object({ private: z.boolean() });
  return (await client.call(client.rest.repos.get, { ...name }, schema)).private;
}

/**
 * Removes a release or a draft, with its tag; one that no longer exists is not an error. What was a draft when it
 * was listed, and is published by now, stays.
 */
export async function removeRelease(
  repository: GitHubRepository,
  { id, draft }: Pick<Release, "id" | "draft">,
): Promise<void> {
  const present = await findRelease(repository, id);
  if (!present) return;
  if (!present.draft) return draft ? undefined : removePublished(repository, present);
  const [claimed] = isOwn(repository, present) ? [present] : await claimDrafts(repository, [present]);
  if (claimed) await deleteRelease(repository, id);
}

/**
 * Removes the tag first, which turns the release into a draft: a kill in between leaves a draft with our
 * mark, and those are found and removed. The tag of an immutable release cannot be removed before the
 * release, and stays reserved afterwards.
 */
async function removePublished(repository: GitHubRepository, release: GitHubRelease): Promise<void> {
  const id = String(release.id);
  if (!release.immutable) {
    await patchRelease(repository, id, { body: withOwnMark(repository, release.body ?? "") });
    await deleteTag(repository, release.tag_name);
  }
  await deleteRelease(repository, id);
}

async function deleteTag({ client, name }: GitHubRepository, tag: string): Promise<void> {
  try {
    await client.find(client.rest.git.deleteRef, { ...name, ref: `tags/${tag}` }, z.unknown());
  } catch (error) {
    // GitHub's answer for a tag that does not exist, and for one that the repository's rules protect.
    if (errorResponseOf(error)?.status !== 422) throw error;
  }
}
