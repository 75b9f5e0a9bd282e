import { KilnError } from "@sysext-kiln/error";
import { configuredClient, parseRepositoryName } from "@sysext-kiln/github-client";
import { settings, type Say } from "@sysext-kiln/machine";
import { directoryHost } from "./directory/directory-host.ts";
import { githubHost } from "./github/github-host.ts";
import type { ReleaseHost } from "./release-host.ts";

const prefix = "github:";

export interface OpenReleaseHostOptions {
  /** Whether releases will be published there: what that needs is asked for at once, and not after an hour of building. */
  forPublishing?: boolean;
  /** Told when there is something to wait for. */
  say?: Say;
}

/**
 * The host that `--to` names: a directory, or `github:OWNER/REPO`.
 * @throws KilnError `usage`, `token-invalid`
 */
export function openReleaseHost(
  to: string,
  { forPublishing = false, say }: OpenReleaseHostOptions = {},
): ReleaseHost {
  if (!to.startsWith(prefix)) return directoryHost(to);
  const repository = parseRepositoryName(to.slice(prefix.length));
  const { githubServerUrl: serverUrl, githubWaitScale: waitScale, githubToken } = settings();
  if (forPublishing && githubToken === undefined) {
    throw new KilnError("token-invalid", {
      expected: `GITHUB_TOKEN to hold a token that may write the contents of ${to.slice(prefix.length)}`,
      found: "none",
      next: "set it; in GitHub Actions pass on secrets.GITHUB_TOKEN or github.token",
    });
  }
  return githubHost({ client: configuredClient(say), repository, serverUrl, waitScale });
}
