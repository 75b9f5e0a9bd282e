export { chooseUpstream, upstreamsOf } from "./choose-upstream.ts";
export { debianArchive, type DebianArchive } from "./debian/archive.ts";
export { isNewer } from "./debian/debian-version.ts";
export { newestBinary } from "./debian/libraries.ts";
export { debianUpstream } from "./debian/debian-upstream.ts";
export { configuredAccess, type GitHubAccess } from "./github/access.ts";
export { openUpstream, type UpstreamAccess } from "./open-upstream.ts";
export {
  buildOrderSchema,
  fingerprint,
  pinOf,
  planSchema,
  sha256Schema,
  type BuildOrder,
  type FileInput,
  type Input,
  type Plan,
  type SourceInput,
} from "./plan.ts";
export { groupByLine, wantedVersions } from "./policy.ts";
export { readPlan } from "./read-plan.ts";
export {
  formatReleaseRecord,
  parseReleaseRecord,
  publishedVersions,
  releaseRecordOf,
  type PublishedVersion,
  type ReleaseRecord,
} from "./release-record.ts";
export type { Upstream, UpstreamVersion } from "./upstream.ts";
export { watchExtension, type WatchOptions } from "./watch.ts";
