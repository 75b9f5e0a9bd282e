export { architectures, nativeArchitecture, spellings, type Architecture } from "./architecture.ts";
export { definitionSchema, type Definition } from "./definition.ts";
export { hostConfig } from "./host-config/assemble.ts";
export { formatButane } from "./host-config/butane.ts";
export { hostFiles, type HostFiles } from "./host-config/files.ts";
export type { FirstImage, HostConfig, HostConfigOptions } from "./host-config/host-config.ts";
export { formatIgnition } from "./host-config/ignition.ts";
export { extensionLink, imageFolder } from "./host-config/transfer.ts";
export { loadExtensions, requireOne, selectExtensions, type Extension } from "./load.ts";
export { buildRecordName, imageName, parseImageName, parseReleaseTag, releaseTag } from "./names.ts";
export { parseDefinition } from "./parse.ts";
export { recipeDigest } from "./recipe.ts";
export {
  upstreamNames,
  type DebianUpstream,
  type GithubReleases,
  type GithubTags,
  type UpstreamName,
} from "./upstreams.ts";
export {
  compareImageVersions,
  compareUpstreamVersions,
  formatImageVersion,
  isOnLine,
  isPrerelease,
  parseImageVersion,
  parseUpstreamVersion,
  type ImageVersion,
} from "./version.ts";
