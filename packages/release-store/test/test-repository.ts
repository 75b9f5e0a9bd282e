import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openGitHubClient } from "@sysext-kiln/github-client";
import {
  startGitHub,
  type GitHub,
  type ReceivedRequest,
  type Repository,
  type RepositoryOptions,
} from "@sysext-kiln/testbed";
import { githubStore } from "../src/github/github-store.ts";
import type { Release, ReleaseStore } from "../src/release-store.ts";

/** The releases of a repository on a GitHub of the testbed. */
export interface TestRepository extends AsyncDisposable {
  github: GitHub;
  repository: Repository;
  store: ReleaseStore;
  /** The store as another publisher opens it. @param waitScale scales every wait */
  openStore(waitScale?: number): ReleaseStore;
  /** The path of a file with this text. */
  file(text: string): Promise<string>;
  /** Publishes a release with one asset. */
  publish(tag: string, latest?: boolean): Promise<Release>;
  /** The tags of all releases, with a word in front of those that are drafts. */
  tags(): string[];
}

export async function openTestRepository(options: RepositoryOptions = {}): Promise<TestRepository> {
  const folder = await mkdtemp(join(tmpdir(), "kiln-github-store-"));
  const github = await startGitHub();
  const repository = github.repository("acme/extensions", options);
  const { GITHUB_API_URL: apiUrl, GITHUB_SERVER_URL: serverUrl, GITHUB_TOKEN: token } = github.environment;
  const openStore = (waitScale = 0.001) => {
    const client = openGitHubClient({ apiUrl, token, waitScale });
    return githubStore({ client, repository: { owner: "acme", repo: "extensions" }, serverUrl, waitScale });
  };
  const store = openStore();
  const file = async (text: string) => {
    const path = join(folder, "file");
    await writeFile(path, text);
    return path;
  };
  return {
    ...{ github, repository, store, openStore, file },
    async publish(tag, latest = false) {
      const draft = await store.draft(tag, `notes of ${tag}`);
      await store.upload(draft, "a.raw", await file(`bytes of ${tag}`));
      await store.publish(draft, { latest });
      const release = await store.find(tag);
      if (!release) throw new Error(`${tag} was not published`);
      return release;
    },
    tags: () => repository.state.releases.map(({ tag, draft }) => (draft ? `draft ${tag}` : tag)),
    async [Symbol.asyncDispose]() {
      await github[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

export const isPublishing = ({ method }: ReceivedRequest) => method === "PATCH";
export const isHead = ({ method }: ReceivedRequest) => method === "HEAD";
export const isUpload = ({ part, method }: ReceivedRequest) => part === "uploads" && method === "POST";
