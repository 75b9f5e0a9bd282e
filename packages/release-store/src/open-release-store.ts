import { KilnError, usageErrors } from "@sysext-kiln/error";
import { configuredClient, parseRepositoryName } from "@sysext-kiln/github-client";
import { settings, type Say } from "@sysext-kiln/machine";
import { directoryStore } from "./directory/directory-store.ts";
import { githubStore } from "./github/github-store.ts";
import type { ReleaseStore } from "./release-store.ts";

const prefix = "github:";

const usage = usageErrors("publish to a directory, and copy it with the tools of that service");

export interface OpenReleaseStoreOptions {
  /** Whether releases will be published there: a missing token is then reported before the builds. */
  forPublishing?: boolean;
  /** Takes a line when there is something to wait for. */
  say?: Say;
}

/**
 * The store that `--to` names: a directory, or `github:OWNER/REPO`.
 * @throws KilnError `usage`, `token-invalid`
 */
export function openReleaseStore(
  to: string,
  { forPublishing = false, say }: OpenReleaseStoreOptions = {},
): ReleaseStore {
  const [scheme] = /^[a-z][a-z\d+.-]+:(?=\/\/)/i.exec(to) ?? [];
  if (scheme !== undefined) throw usage("a directory, or github:OWNER/REPO", `a URL with ${scheme}//`);
  if (!to.startsWith(prefix)) return directoryStore(to);
  const repository = parseRepositoryName(to.slice(prefix.length));
  const { githubServerUrl: serverUrl, githubWaitScale: waitScale, githubToken } = settings();
  if (forPublishing && githubToken === undefined) {
    throw new KilnError("token-invalid", {
      expected: `GITHUB_TOKEN to hold a token that may write the contents of ${to.slice(prefix.length)}`,
      found: "none",
      next: "set it; in GitHub Actions pass on secrets.GITHUB_TOKEN or github.token",
    });
  }
  return githubStore({ client: configuredClient(say), repository, serverUrl, waitScale });
}
