import { errorResponseOf, type GitHubRelease } from "@sysext-kiln/github-client";
import { z } from "zod";
import { claim, isOwn, newMark } from "./claim.ts";
import { markNotes } from "./mark.ts";
import { findRelease, patchRelease, type GitHubRepository } from "./repository.ts";

/** What GitHub answers to a removal. */
const nothing = z.unknown();

/** Removes a release, or a draft, with its tag. What is gone already is no error. */
export async function removeRelease(repository: GitHubRepository, id: string): Promise<void> {
  const present = await findRelease(repository, id);
  if (!present) return;
  if (!present.draft) return removePublished(repository, present);
  const [claimed] = isOwn(repository, present) ? [present] : await claim(repository, [present]);
  if (claimed) await deleteRelease(repository, id);
}

/**
 * The tag goes first, which turns the release into a draft: a kill in between leaves a draft with a mark, and those are
 * found and removed. GitHub never gives the tag of an immutable release to another one, and does not let it go before
 * the release: such a tag stays, as the record of what was there.
 */
async function removePublished(repository: GitHubRepository, release: GitHubRelease): Promise<void> {
  const id = String(release.id);
  if (!release.immutable) {
    await patchRelease(repository, id, { body: markNotes(release.body ?? "", newMark(repository)) });
    await deleteTag(repository, release.tag_name);
  }
  await deleteRelease(repository, id);
}

export async function deleteRelease({ client, name }: GitHubRepository, id: string): Promise<void> {
  await client.find(client.rest.repos.deleteRelease, { ...name, release_id: Number(id) }, nothing);
}

async function deleteTag({ client, name }: GitHubRepository, tag: string): Promise<void> {
  try {
    await client.find(client.rest.git.deleteRef, { ...name, ref: `tags/${tag}` }, nothing);
  } catch (error) {
    // What GitHub says of a tag that is not there, and of one that the repository's rules protect.
    if (errorResponseOf(error)?.status !== 422) throw error;
  }
}
