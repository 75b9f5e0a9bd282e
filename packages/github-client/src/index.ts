export { openGitHubClient, type GitHubClient, type GitHubClientOptions } from "./client.ts";
export { configuredClient, upstreamClient } from "./configured-client.ts";
export { isRefusedAs, refusalOf, type Refusal } from "./refusal.ts";
export {
  findRelease,
  githubAssetSchema,
  githubReleaseSchema,
  listReleases,
  sha256Of,
  type GitHubAsset,
  type GitHubRelease,
} from "./releases.ts";
export { formatRepositoryName, parseRepositoryName, type RepositoryName } from "./repository-name.ts";
export { type Upload } from "./upload.ts";
export { commitOfTag, listTags, type GitHubTag } from "./tags.ts";
