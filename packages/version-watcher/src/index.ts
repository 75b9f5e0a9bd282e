export { debianArchive, type DebianArchive } from "./debian/archive.ts";
export { isNewer } from "./debian/debian-version.ts";
export { newestBinary } from "./debian/libraries.ts";
export { debianUpstream } from "./debian/debian-upstream.ts";
export {
  chooseUpstream,
  hasUpstream,
  openUpstream,
  sharedAccess,
  type UpstreamAccess,
} from "./open-upstream.ts";
export type { Upstream, UpstreamVersion } from "./upstream.ts";
export { watchExtension, type WatchOptions } from "./watch.ts";
export { watchAll, type WatchAllOptions } from "./watch-all.ts";
