import { openGitHubClient } from "@sysext-kiln/github-client";
import { githubStore } from "@sysext-kiln/release-store";
import { startGitHub, type GitHub, type Repository, type RepositoryOptions } from "@sysext-kiln/testbed";
import { storeSource } from "../src/verify/store-source.ts";
import type { Place } from "./place.ts";

/** A GitHub to publish to: a test may let its requests go wrong. */
export interface GitHubPlace extends Place {
  github: GitHub;
  repository: Repository;
}

const name = { owner: "acme", repo: "extensions" };

export async function openGitHub(folder: string, options: RepositoryOptions): Promise<GitHubPlace> {
  const github = await startGitHub();
  const repository = github.repository(`${name.owner}/${name.repo}`, options);
  const { GITHUB_API_URL: apiUrl, GITHUB_SERVER_URL: serverUrl, GITHUB_TOKEN: token } = github.environment;
  const waitScale = 0.001;
  const another = () =>
    githubStore({
      client: openGitHubClient({ apiUrl, token, waitScale }),
      repository: name,
      serverUrl,
      waitScale,
    });
  const store = another();
  const releaseOf = (tag: string) => {
    const release = repository.state.releases.find((one) => one.tag === tag);
    if (!release) throw new Error(`no release ${tag}`);
    return release;
  };
  return {
    folder,
    github,
    repository,
    store,
    another,
    source: storeSource(store, store.baseUrl ?? ""),
    damage(tag, assetName, bytes) {
      const release = releaseOf(tag);
      if (bytes === undefined) release.assets = release.assets.filter((asset) => asset.name !== assetName);
      else repository.asset(tag, assetName).bytes = Buffer.from(bytes);
      return Promise.resolve();
    },
    editNotes(tag, edit) {
      const release = releaseOf(tag);
      release.body = edit(release.body ?? "");
      return Promise.resolve();
    },
    notes: (tag) => Promise.resolve(releaseOf(tag).body ?? ""),
    leaveDraftsSince(date) {
      for (const release of repository.state.releases.filter(({ draft }) => draft)) {
        release.body = (release.body ?? "").replace(/"since":"[^"]+"/, `"since":"${date.toISOString()}"`);
      }
      return Promise.resolve();
    },
    [Symbol.asyncDispose]: () => github[Symbol.asyncDispose](),
  };
}
