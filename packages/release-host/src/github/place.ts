import {
  formatRepositoryName,
  githubReleaseSchema,
  sha256Of,
  type GitHubAsset,
  type GitHubClient,
  type GitHubRelease,
  type RepositoryName,
} from "@sysext-kiln/github-client";
import type { Asset, Release } from "../release-host.ts";
import { markOf, unmarkNotes } from "./mark.ts";

/** A repository whose releases are published to, and who publishes. */
export interface Place {
  client: GitHubClient;
  repository: RepositoryName;
  /** Where hosts find the repository. */
  baseUrl: string;
  /** Tells this publisher's drafts from those of others. */
  publisher: string;
  /** Scales every wait. */
  waitScale: number;
}

/** For messages. */
export function nameOf({ repository }: Place): string {
  return `GitHub ${formatRepositoryName(repository)}`;
}

/** The release as it is now; undefined where it is gone. */
export function findRelease({ client, repository }: Place, id: string): Promise<GitHubRelease | undefined> {
  const route = "GET /repos/{owner}/{repo}/releases/{release_id}";
  return client.find(route, { ...repository, release_id: Number(id) }, githubReleaseSchema);
}

/** Changes a draft's or a release's own fields. */
export function patchRelease(
  { client, repository }: Place,
  id: string,
  change: { draft?: boolean; body?: string; make_latest?: "true" | "false"; request?: { retries: number } },
): Promise<GitHubRelease> {
  const route = "PATCH /repos/{owner}/{repo}/releases/{release_id}";
  return client.call(route, { ...repository, release_id: Number(id), ...change }, githubReleaseSchema);
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
