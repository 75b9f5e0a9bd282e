export { directoryHost } from "./directory/directory-host.ts";
export {
  assetPath,
  updateDirectoryPath,
  type Asset,
  type Release,
  type ReleaseHost,
} from "./release-host.ts";
