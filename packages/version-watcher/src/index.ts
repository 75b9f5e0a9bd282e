export { debianArchive, type DebianArchive } from "./upstreams/debian/archive.ts";
export { folderUpstream } from "./upstreams/folder/upstream.ts";
export { isNewer } from "./upstreams/debian/debian-version.ts";
export { newestBinary } from "./libraries.ts";
export {
  chooseUpstream,
  firstUpstream,
  openSources,
  openUpstream,
  sharedAccess,
  type UpstreamAccess,
  type UpstreamChoice,
} from "./upstreams/open.ts";
export type { Upstream, UpstreamVersion } from "./upstreams/upstream.ts";
export { watchExtension, type WatchOptions } from "./watch.ts";
export { watchAll, type WatchAllOptions, type Watched } from "./watch-all.ts";
