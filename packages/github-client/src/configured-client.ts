import { cacheDirectory, settings, type Say } from "@sysext-kiln/machine";
import { openGitHubClient, type GitHubClient } from "./client.ts";

/** The GitHub that releases are published to, as the environment configures it, with answers kept between two runs. */
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
 * The GitHub that upstreams are on. Where that is the one that is published to, as on github.com, its token serves for
 * both; no other server ever gets to see that token, and is asked at its own pace.
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
