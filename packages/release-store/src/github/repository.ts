import { KilnError } from "@sysext-kiln/error";
import {
  errorResponseOf,
  formatRepositoryName,
  githubReleaseSchema,
  sha256Of,
  type GitHubAsset,
  type GitHubClient,
  type GitHubRelease,
  type RepositoryName,
} from "@sysext-kiln/github-client";
import { z } from "zod";
import type { Asset, Release } from "../release-store.ts";
import { markOf, withoutMark } from "./draft-mark.ts";

/** A repository on GitHub that one publisher publishes to. */
export interface GitHubRepository {
  client: GitHubClient;
  name: RepositoryName;
  /** Where hosts find the repository. */
  baseUrl: string;
  /** Tells this publisher's drafts from those of others. */
  publisher: string;
  /** Scales every wait. */
  waitScale: number;
}

/** For messages. */
export function nameOf({ name }: GitHubRepository): string {
  return `GitHub ${formatRepositoryName(name)}`;
}

/** The release as it is now; undefined if it no longer exists. */
export function findRelease(
  { client, name }: GitHubRepository,
  id: string,
): Promise<GitHubRelease | undefined> {
  return client.find(client.rest.repos.getRelease, { ...name, release_id: Number(id) }, githubReleaseSchema);
}

/** Changes a draft's or a release's own fields. */
export function patchRelease(
  { client, name }: GitHubRepository,
  id: string,
  change: { draft?: boolean; body?: string; make_latest?: "true" | "false"; request?: { retries: number } },
): Promise<GitHubRelease> {
  const parameters = { ...name, release_id: Number(id), ...change };
  return client.call(client.rest.repos.updateRelease, parameters, githubReleaseSchema);
}

export async function deleteRelease({ client, name }: GitHubRepository, id: string): Promise<void> {
  await client.find(client.rest.repos.deleteRelease, { ...name, release_id: Number(id) }, z.unknown());
}

/**
 * Does work that GitHub refuses if the tag belongs to another release, or belonged to an immutable one.
 * @throws KilnError `release-conflict`
 */
export async function refuseTakenTag<T>(
  repository: GitHubRepository,
  tag: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const refused = errorResponseOf(error)?.errors.find(({ field }) => field === "tag_name");
    if (!refused) throw error;
    throw new KilnError("release-conflict", {
      expected: `the tag ${tag} in ${nameOf(repository)} to be free`,
      found: refused.message ?? "a release that was published before this draft",
      next: `run it again; an existing release is left as it is. If there is none, it was immutable and removed together with its tag: make a git tag ${tag}, so that the next run uses the next number`,
      cause: error,
    });
  }
}

export function toRelease(release: GitHubRelease, latestId: number | undefined): Release {
  const notes = release.body ?? "";
  const mark = release.draft ? markOf(notes) : undefined;
  return {
    id: String(release.id),
    tag: release.tag_name,
    notes: withoutMark(notes),
    draft: release.draft,
    begunAt: mark && new Date(mark.since),
    latest: release.id === latestId,
    prerelease: release.prerelease,
    assets: release.assets.map(toAsset),
  };
}

export function toAsset(asset: GitHubAsset): Asset {
  return {
    id: String(asset.id),
    name: asset.name,
    size: asset.size,
    sha256: sha256Of(asset),
    complete: asset.state === "uploaded",
  };
}
