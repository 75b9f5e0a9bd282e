import { upstreamClient, type GitHubClient, type GitHubTag } from "@sysext-kiln/github-client";
import type { Architecture, Input } from "@sysext-kiln/extension";
import { settings, type Say } from "@sysext-kiln/machine";

/** How upstreams on GitHub are reached. */
export interface GitHubAccess {
  client: GitHubClient;
  /** The server of its web pages, from which sources are downloaded. */
  serverUrl: string;
  /** Takes a line for a person about what is being read. */
  say: Say;
}

/** As the environment configures it. */
export function configuredAccess(say: Say): GitHubAccess {
  return { client: upstreamClient(say), serverUrl: settings().upstreamServerUrl, say };
}

/** What a kind of upstream on GitHub builds a tag's version from. */
export interface TagContent {
  /** Why the version cannot be built yet; undefined if it can. */
  unavailableReason(tag: GitHubTag, version: string): Promise<string | undefined>;
  inputs(tag: GitHubTag, version: string, architecture: Architecture): Promise<Input[]>;
}
