import type { Definition, UpstreamName } from "@sysext-kiln/extension";
import type { Say } from "@sysext-kiln/machine";
import { debianArchive, type DebianArchive } from "./debian/archive.ts";
import { debianUpstream } from "./debian/debian-upstream.ts";
import { configuredAccess, type GitHubAccess } from "./github/access.ts";
import { githubUpstream } from "./github/github-upstream.ts";
import type { Upstream } from "./upstream.ts";

/** How upstreams are reached. */
export interface UpstreamAccess {
  archive: DebianArchive;
  /** Asked only for an upstream that is on GitHub. */
  github: () => GitHubAccess;
}

/** Gives the function that reaches upstreams for an extension; all extensions share one client of GitHub. */
export function sharedAccess(): (say: Say) => UpstreamAccess {
  let shared: GitHubAccess | undefined;
  const github = (say: Say) => (shared ??= configuredAccess(say));
  return (say) => ({ archive: debianArchive(say), github: () => github(say) });
}

/** Opens one of the upstreams that an extension has. */
export function openUpstream(name: UpstreamName, definition: Definition, access: UpstreamAccess): Upstream {
  switch (name) {
    case "debian":
      return debianUpstream(access.archive, definition);
    case "github":
      return githubUpstream(access.github(), definition);
    default:
      return name satisfies never;
  }
}
