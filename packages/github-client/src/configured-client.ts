import { cacheDirectory, settings, type Say } from "@sysext-kiln/machine";
import { openGitHubClient, type GitHubClient } from "./client.ts";

/** A client for the GitHub that releases are published to, from the settings, with a cache of answers. */
export function configuredClient(say?: Say): GitHubClient {
  const { githubApiUrl, githubToken, githubJob, githubWaitScale } = settings();
  return openGitHubClient({
    apiUrl: githubApiUrl,
    token: githubToken,
    job: githubJob,
    waitScale: githubWaitScale,
    cacheFolder: cacheDirectory("github"),
    say,
  });
}

/**
 * A client for the GitHub that hosts upstreams. If that is the one that releases are published to, as on
 * github.com, one token serves both. No other server receives that token, and each has its own rate limit.
 */
export function upstreamClient(say?: Say): GitHubClient {
  const { githubApiUrl, upstreamApiUrl, upstreamToken } = settings();
  if (upstreamToken === undefined && upstreamApiUrl === githubApiUrl) return configuredClient(say);
  return openGitHubClient({
    apiUrl: upstreamApiUrl,
    token: upstreamToken,
    tokenVariable: "KILN_UPSTREAM_TOKEN",
    cacheFolder: cacheDirectory("github"),
    say,
  });
}
