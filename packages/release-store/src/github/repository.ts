import {
  formatRepositoryName,
  githubReleaseSchema,
  sha256Of,
  type GitHubAsset,
  type GitHubClient,
  type GitHubRelease,
  type RepositoryName,
} from "@sysext-kiln/github-client";
import type { Asset, Release } from "../release-store.ts";
import { markOf, unmarkNotes } from "./mark.ts";

/** A repository whose releases are published to, and who publishes. */
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

/** The release as it is now; undefined where it is gone. */
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

export function toRelease(release: GitHubRelease, latestId: number | undefined): Release {
  const notes = release.body ?? "";
  const mark = release.draft ? markOf(notes) : undefined;
  return {
    id: String(release.id),
    tag: release.tag_name,
    notes: unmarkNotes(notes),
    draft: release.draft,
    begunAt: mark && new Date(mark.since),
    latest: release.id === latestId,
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
