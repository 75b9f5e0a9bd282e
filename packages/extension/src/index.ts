export { architectures, nativeArchitecture, spellings, type Architecture } from "./architecture.ts";
export { refuseCollisions } from "./collisions.ts";
export { definitionSchema, type DebianUpstream, type Definition } from "./definition.ts";
export { loadExtensions, selectExtensions, type Extension } from "./load.ts";
export {
  buildRecordName,
  imageName,
  matchPattern,
  parseImageName,
  parseReleaseTag,
  releaseTag,
} from "./names.ts";
export { parseDefinition } from "./parse.ts";
export { recipeDigest } from "./recipe.ts";
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
