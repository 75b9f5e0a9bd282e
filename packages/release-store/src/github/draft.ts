import { githubReleaseSchema, listReleases, type GitHubRelease } from "@sysext-kiln/github-client";
import { claim, isOwn, newMark } from "./claim.ts";
import { refusingTakenTag } from "./conflict.ts";
import { markNotes, markOf } from "./mark.ts";
import { patchRelease, type GitHubRepository } from "./repository.ts";
import { deleteRelease } from "./remove.ts";

/**
 * The one draft of a tag: what dead runs left is gone on with, and of several the fullest stays. A draft that somebody
 * made by hand is left alone.
 */
export async function openDraft(
  repository: GitHubRepository,
  tag: string,
  notes: string,
): Promise<GitHubRelease> {
  const left = (await draftsOf(repository, tag)).filter(({ body }) => markOf(body ?? ""));
  const [fullest, ...others] = (await claim(repository, left)).toSorted(
    (one, other) => bytesOf(other) - bytesOf(one),
  );
  for (const other of others) await deleteRelease(repository, String(other.id));
  const body = markNotes(notes, newMark(repository));
  if (!fullest) return create(repository, tag, body);
  return patchRelease(repository, String(fullest.id), { body });
}

function create(repository: GitHubRepository, tag: string, body: string): Promise<GitHubRelease> {
  const { client, name } = repository;
  const wanted = { ...name, tag_name: tag, name: tag, body, draft: true };
  const make = () => client.call(client.rest.repos.createRelease, wanted, githubReleaseSchema);
  const find = async () => (await draftsOf(repository, tag)).find((draft) => isOwn(repository, draft));
  return refusingTakenTag(repository, tag, () => client.once(make, find));
}

async function draftsOf({ client, name }: GitHubRepository, tag: string): Promise<GitHubRelease[]> {
  const releases = await listReleases(client, name);
  return releases.filter((release) => release.draft && release.tag_name === tag);
}

function bytesOf({ assets }: GitHubRelease): number {
  return assets.reduce((sum, { size }) => sum + size, 0);
}
