export { directoryStore } from "./directory/directory-store.ts";
export { githubStore, type GitHubStoreOptions } from "./github/github-store.ts";
export { openReleaseStore, type OpenReleaseStoreOptions } from "./open-release-store.ts";
export {
  assetPath,
  releasePath,
  updateDirectoryPath,
  type Asset,
  type Release,
  type ReleaseStore,
} from "./release-store.ts";
