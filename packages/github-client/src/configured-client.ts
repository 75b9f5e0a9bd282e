import { cacheDirectory, settings, type Say } from "@sysext-kiln/machine";
import { openGitHubClient, type GitHubClient } from "./client.ts";

/** GitHub as the environment configures it, with answers kept between two runs. */
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
