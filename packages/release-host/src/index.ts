export { directoryHost } from "./directory/directory-host.ts";
export { githubHost, type GitHubHostOptions } from "./github/github-host.ts";
export { openReleaseHost, type OpenReleaseHostOptions } from "./open-release-host.ts";
export {
  assetPath,
  releasePath,
  updateDirectoryPath,
  type Asset,
  type Release,
  type ReleaseHost,
} from "./release-host.ts";
