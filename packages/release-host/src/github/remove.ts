import { refusalOf, type GitHubRelease } from "@sysext-kiln/github-client";
import { z } from "zod";
import { claim, isOwn, newMark } from "./claim.ts";
import { markNotes } from "./mark.ts";
import { findRelease, patchRelease, type Place } from "./place.ts";

/** What GitHub answers to a removal. */
const nothing = z.unknown();

/** Removes a release, or a draft, with its tag. What is gone already is no error. */
export async function removeRelease(place: Place, id: string): Promise<void> {
  const present = await findRelease(place, id);
  if (!present) return;
  if (!present.draft) return removePublished(place, present);
  const [claimed] = isOwn(place, present) ? [present] : await claim(place, [present]);
  if (claimed) await deleteRelease(place, id);
}

/**
 * The tag goes first, which turns the release into a draft: a kill in between leaves a draft with a mark, and those are
 * found and removed. GitHub never gives the tag of an immutable release to another one, and does not let it go before
 * the release: such a tag stays, as the record of what was there.
 */
async function removePublished(place: Place, release: GitHubRelease): Promise<void> {
  const id = String(release.id);
  if (!release.immutable) {
    await patchRelease(place, id, { body: markNotes(release.body ?? "", newMark(place)) });
    await deleteTag(place, release.tag_name);
  }
  await deleteRelease(place, id);
}

export async function deleteRelease({ client, repository }: Place, id: string): Promise<void> {
  const route = "DELETE /repos/{owner}/{repo}/releases/{release_id}";
  await client.find(route, { ...repository, release_id: Number(id) }, nothing);
}

async function deleteTag({ client, repository }: Place, tag: string): Promise<void> {
  try {
    await client.find(
      "DELETE /repos/{owner}/{repo}/git/refs/{ref}",
      { ...repository, ref: `tags/${tag}` },
      nothing,
    );
  } catch (error) {
    // What GitHub says of a tag that is not there, and of one that the repository's rules protect.
    if (refusalOf(error)?.status !== 422) throw error;
  }
}
