import type { Say } from "@sysext-kiln/machine";
import {
  configuredAccess,
  debianArchive,
  type GitHubAccess,
  type UpstreamAccess,
} from "@sysext-kiln/version-watcher";

/** Gives the function that reaches upstreams for an extension: all of them share one client of GitHub. */
export function upstreamAccess(): (say: Say) => UpstreamAccess {
  let shared: GitHubAccess | undefined;
  const github = (say: Say) => (shared ??= configuredAccess(say));
  return (say) => ({ archive: debianArchive(say), github: () => github(say) });
}
