export { openGitHubClient, type GitHubClient, type GitHubClientOptions } from "./client.ts";
export { configuredClient, upstreamClient } from "./configured-client.ts";
export { errorResponseOf, hasErrorCode, type ErrorResponse } from "./error-response.ts";
export {
  findRelease,
  githubAssetSchema,
  githubReleaseSchema,
  listReleases,
  openAsset,
  sha256Of,
  type GitHubAsset,
  type GitHubRelease,
} from "./releases.ts";
export { formatRepositoryName, parseRepositoryName, type RepositoryName } from "./repository-name.ts";
export { type Upload } from "./upload.ts";
export { commitOfTag, listTags, type GitHubTag } from "./tags.ts";
