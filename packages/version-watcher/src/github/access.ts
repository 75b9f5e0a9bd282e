import { upstreamClient, type GitHubClient } from "@sysext-kiln/github-client";
import { settings, type Say } from "@sysext-kiln/machine";

/** How upstreams on GitHub are reached. */
export interface GitHubAccess {
  client: GitHubClient;
  /** Where its pages are, from which sources are downloaded. */
  serverUrl: string;
}

/** As the environment configures it. */
export function configuredAccess(say?: Say): GitHubAccess {
  return { client: upstreamClient(say), serverUrl: settings().upstreamServerUrl };
}
