export { chooseUpstream, upstreamsOf } from "./choose-upstream.ts";
export { debianArchive, type DebianArchive } from "./debian/archive.ts";
export { isNewer } from "./debian/debian-version.ts";
export { newestBinary } from "./debian/libraries.ts";
export { debianUpstream } from "./debian/debian-upstream.ts";
export { configuredAccess, type GitHubAccess } from "./github/access.ts";
export { openUpstream, type UpstreamAccess } from "./open-upstream.ts";
export type { Upstream, UpstreamVersion } from "./upstream.ts";
export { watchExtension, type WatchOptions } from "./watch.ts";
