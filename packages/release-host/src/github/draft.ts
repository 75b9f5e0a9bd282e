import { githubReleaseSchema, listReleases, type GitHubRelease } from "@sysext-kiln/github-client";
import { claim, isOwn, newMark } from "./claim.ts";
import { refusingTakenTag } from "./conflict.ts";
import { markNotes, markOf } from "./mark.ts";
import { patchRelease, type Place } from "./place.ts";
import { deleteRelease } from "./remove.ts";

/**
 * The one draft of a tag: what dead runs left is gone on with, and of several the fullest stays. A draft that somebody
 * made by hand is left alone.
 */
export async function openDraft(place: Place, tag: string, notes: string): Promise<GitHubRelease> {
  const left = (await draftsOf(place, tag)).filter(({ body }) => markOf(body ?? ""));
  const [fullest, ...others] = (await claim(place, left)).toSorted(
    (one, other) => bytesOf(other) - bytesOf(one),
  );
  for (const other of others) await deleteRelease(place, String(other.id));
  const body = markNotes(notes, newMark(place));
  if (!fullest) return create(place, tag, body);
  return patchRelease(place, String(fullest.id), { body });
}

function create(place: Place, tag: string, body: string): Promise<GitHubRelease> {
  const { client, repository } = place;
  const wanted = { ...repository, tag_name: tag, name: tag, body, draft: true };
  const make = () => client.call("POST /repos/{owner}/{repo}/releases", wanted, githubReleaseSchema);
  const find = async () => (await draftsOf(place, tag)).find((draft) => isOwn(place, draft));
  return refusingTakenTag(place, tag, () => client.once(make, find));
}

async function draftsOf({ client, repository }: Place, tag: string): Promise<GitHubRelease[]> {
  const releases = await listReleases(client, repository);
  return releases.filter((release) => release.draft && release.tag_name === tag);
}

function bytesOf({ assets }: GitHubRelease): number {
  return assets.reduce((sum, { size }) => sum + size, 0);
}
