import type { Readable } from "node:stream";
import { z } from "zod";
import type { GitHubClient } from "./client.ts";
import type { RepositoryName } from "./repository-name.ts";

/** A file of a release, as GitHub describes it. */
export const githubAssetSchema = z.object({
  id: z.int(),
  name: z.string(),
  /** `starter` is what an interrupted upload leaves. */
  state: z.string(),
  /** In bytes. */
  size: z.int().nonnegative(),
  /** `sha256:...`; null for assets older than this feature, and absent on servers without it. */
  digest: z.string().nullish(),
  browser_download_url: z.url({ protocol: /^https?$/ }),
});
export type GitHubAsset = z.infer<typeof githubAssetSchema>;

export const githubReleaseSchema = z.object({
  id: z.int(),
  tag_name: z.string(),
  body: z.string().nullish(),
  draft: z.boolean(),
  prerelease: z.boolean(),
  immutable: z.boolean().optional(),
  created_at: z.string(),
  published_at: z.string().nullable(),
  upload_url: z.string(),
  assets: z.array(githubAssetSchema),
});
export type GitHubRelease = z.infer<typeof githubReleaseSchema>;

/** Every release of a repository, including drafts if the token may push. */
export function listReleases(client: GitHubClient, repository: RepositoryName): Promise<GitHubRelease[]> {
  return client.list(client.rest.repos.listReleases, { ...repository }, githubReleaseSchema);
}

/** The published release of a tag; undefined if there is none. */
export function findRelease(
  client: GitHubClient,
  repository: RepositoryName,
  tag: string,
): Promise<GitHubRelease | undefined> {
  return client.find(client.rest.repos.getReleaseByTag, { ...repository, tag }, githubReleaseSchema);
}

/** The bytes of an asset, including those of drafts and private repositories, which have no public URL. */
export function openAsset(
  client: GitHubClient,
  repository: RepositoryName,
  { id, size }: Pick<GitHubAsset, "id" | "size">,
  signal?: AbortSignal,
): Promise<Readable> {
  const parameters = { ...repository, asset_id: id };
  return client.stream(client.rest.repos.getReleaseAsset, parameters, { largest: size, signal });
}

/** Lower-case hex; undefined if GitHub does not give it. */
export function sha256Of({ digest }: Pick<GitHubAsset, "digest">): string | undefined {
  return /^sha256:(?<hex>[0-9a-f]{64})$/.exec(digest ?? "")?.groups?.["hex"];
}
