export { debianArchive, type DebianArchive } from "./upstreams/debian/archive.ts";
export { isNewer } from "./upstreams/debian/debian-version.ts";
export { newestBinary } from "./libraries.ts";
export {
  chooseUpstream,
  hasUpstream,
  openSources,
  openUpstream,
  sharedAccess,
  type UpstreamAccess,
} from "./upstreams/open.ts";
export type { Upstream, UpstreamVersion } from "./upstreams/upstream.ts";
export { watchExtension, type WatchOptions } from "./watch.ts";
export { watchAll, type WatchAllOptions } from "./watch-all.ts";
