export { directoryHost } from "./directory/directory-host.ts";
export {
  assetPath,
  releasePath,
  updateDirectoryPath,
  type Asset,
  type Release,
  type ReleaseHost,
} from "./release-host.ts";
