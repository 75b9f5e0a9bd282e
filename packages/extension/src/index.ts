export { architectures, nativeArchitecture, spellings, type Architecture } from "./architecture.ts";
export { definitionSchema, kilnHostName, servicesOf, type Definition } from "./definition.ts";
export { parseDocument, readDocument, type DocumentNames } from "./document.ts";
export type { Extension, InvalidExtension, LoadedExtensions } from "./load.ts";
export {
  assetPath,
  releasePath,
  updateDirectoryPath,
  baseUrlOfUrl,
  buildRecordName,
  imageName,
  matchPattern,
  parseImageName,
  parseReleaseTag,
  releaseTag,
} from "./names.ts";
export {
  fileInputSchema,
  goSumSchema,
  moduleInputSchema,
  gitIdSchema,
  pinOf,
  plainTextSchema,
  sha256Schema,
  type DigestEvidence,
  type FileInput,
  type FolderInput,
  type HostLibrary,
  type Input,
  type ModuleInput,
  type SourceInput,
} from "./input.ts";
export {
  buildOrderSchema,
  fingerprint,
  formatPlan,
  isFromFolder,
  planDigest,
  planSchema,
  readPlan,
  type BuildOrder,
  type Plan,
} from "./plan.ts";
export { nothingToBuild, planTable } from "./plan-table.ts";
export {
  endOfLifeOf,
  endOfLifeWarning,
  endsOfLife,
  groupBySeries,
  isAllowed,
  isTracked,
  pauseOf,
  rolloutSeconds,
  seriesOf,
  wantedVersions,
  withdrawalOf,
  type EndOfLife,
} from "./policy.ts";
export { filesDigest, recipeDigest } from "./recipe.ts";
export {
  formatIndex,
  indexName,
  isIndexName,
  largestIndexNumber,
  parseIndex,
  type IndexedImage,
  type ReleaseIndex,
} from "./release-index.ts";
export {
  choosableUpstreams,
  upstreamNames,
  type BuildOrigin,
  type ChoosableUpstream,
  type UpstreamName,
} from "./upstream-name.ts";
export { loadRepository, loadSettings, type Repository } from "./repository.ts";
export { repositorySettingsSchema, type RepositorySettings } from "./repository-settings.ts";
export { extensionsToPublish, requireOne, selectExtension, selectExtensions } from "./select.ts";
export type { DebianUpstream } from "./upstreams/debian.ts";
export type { FilesUpstream } from "./upstreams/files.ts";
export type { GoUpstream } from "./upstreams/go.ts";
export type { GithubReleases, GithubTags, GithubUpstream } from "./upstreams/github.ts";
export { placementOf, type Placement, type Take } from "./upstreams/take.ts";
export type { HttpUpstream, HttpVersions } from "./upstreams/http.ts";
export type { Source, SourceVersion } from "./upstreams/sources.ts";
export { textFor, versionIn, type Template } from "./upstreams/template.ts";
export {
  compareImageVersions,
  compareUpstreamVersions,
  formatImageVersion,
  isInSeries,
  isPrerelease,
  parseImageVersion,
  parseUpstreamVersion,
  type ImageVersion,
} from "./version.ts";
