import { openGitHubClient, type GitHubClient, type GitHubClientOptions } from "@sysext-kiln/github-client";
import type { GitHub } from "@sysext-kiln/testbed";

/** A client for the testbed's GitHub, with very short waits. */
export function clientOf(github: GitHub, options: Partial<GitHubClientOptions> = {}): GitHubClient {
  const { GITHUB_API_URL: apiUrl, GITHUB_TOKEN: token } = github.environment;
  return openGitHubClient({ apiUrl, token, waitScale: 0.001, ...options });
}
