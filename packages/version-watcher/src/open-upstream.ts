import type { Definition, UpstreamName } from "@sysext-kiln/extension";
import type { DebianArchive } from "./debian/archive.ts";
import { debianUpstream } from "./debian/debian-upstream.ts";
import type { GitHubAccess } from "./github/access.ts";
import { githubUpstream } from "./github/github-upstream.ts";
import type { Upstream } from "./upstream.ts";

/** How upstreams are reached. */
export interface UpstreamAccess {
  archive: DebianArchive;
  /** Asked only for an upstream that is on GitHub. */
  github: () => GitHubAccess;
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
