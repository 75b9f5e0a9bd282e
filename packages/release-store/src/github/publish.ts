import { setTimeout as delay } from "node:timers/promises";
import { KilnError } from "@sysext-kiln/error";
import type { GitHubRelease } from "@sysext-kiln/github-client";
import { z } from "zod";
import { type Release } from "../release-store.ts";
import { requireOwn } from "./claim.ts";
import { refusingTakenTag } from "./conflict.ts";
import { unmarkNotes } from "./mark.ts";
import { findRelease, patchRelease, type GitHubRepository } from "./repository.ts";
import { updateDirectoryPath } from "@sysext-kiln/extension";

/** Shows a draft in one request, which also makes it the latest, or not. */
export async function publishDraft(
  repository: GitHubRepository,
  draft: Release,
  latest: boolean,
): Promise<void> {
  const show = async (): Promise<GitHubRelease> => {
    // As short before as can be: see `claim.ts`.
    await requireOwn(repository, draft);
    return patchRelease(repository, draft.id, {
      draft: false,
      body: unmarkNotes(draft.notes),
      make_latest: latest ? "true" : "false",
      request: { retries: 0 },
    });
  };
  const findShown = async () => {
    const present = await findRelease(repository, draft.id);
    return present && !present.draft ? present : undefined;
  };
  await refusingTakenTag(repository, draft.tag, () => repository.client.once(show, findShown));
}

/** How long GitHub may take until a release answers at its public address, in milliseconds, and between two looks. */
const patienceMs = 60_000;
const pauseMs = 2000;

/**
 * Waits until the redirect that hosts follow leads to a release. In a private repository nobody is led anywhere without a
 * token: there is nothing to wait for.
 */
export async function untilServed(repository: GitHubRepository, { tag, assets }: Release): Promise<void> {
  const { baseUrl, waitScale } = repository;
  const [asset] = assets;
  if (!asset) return;
  const address = `${baseUrl}/${updateDirectoryPath}/${encodeURIComponent(asset.name)}`;
  let found = "";
  for (let waited = 0; waited <= patienceMs; waited += pauseMs) {
    if (waited > 0) await delay(pauseMs * waitScale);
    found = await redirectOf(address);
    if (found.includes(`/releases/download/${encodeURIComponent(tag)}/`)) return;
    if (waited === 0 && (await isPrivate(repository))) return;
  }
  throw new KilnError("not-published", {
    expected: `${address} to lead to the release ${tag}`,
    found,
    next: "check with a browser that is not logged in what is there; older directories stay until it leads there",
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
