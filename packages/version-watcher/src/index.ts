export { debianArchive, type DebianArchive } from "./debian/archive.ts";
export { debianUpstream } from "./debian/debian-upstream.ts";
export {
  buildOrderSchema,
  fingerprint,
  inputSchema,
  planSchema,
  sha256Schema,
  type BuildOrder,
  type Input,
  type Plan,
} from "./plan.ts";
export { groupByLine, isAllowed, wantedVersions } from "./policy.ts";
export {
  formatReleaseRecord,
  parseReleaseRecord,
  publishedVersions,
  type PublishedVersion,
  type ReleaseRecord,
} from "./release-record.ts";
export type { Upstream } from "./upstream.ts";
export { watchExtension, type WatchOptions } from "./watch.ts";
