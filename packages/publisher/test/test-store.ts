import { hash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openGitHubClient } from "@sysext-kiln/github-client";
import { directorySource, type Source } from "@sysext-kiln/publisher";
import { directoryStore, githubStore, type ReleaseStore } from "@sysext-kiln/release-store";
import { startGitHub, type GitHub, type Repository, type RepositoryOptions } from "@sysext-kiln/testbed";
import { storeSource } from "../src/verify/source.ts";

/** A release store that a test publishes to, reads as hosts do, and damages. */
export interface TestStore extends AsyncDisposable {
  /** For files of the test. */
  folder: string;
  /** The store of one publisher. */
  store: ReleaseStore;
  /** Opens the same store again, as another process does. */
  reopen(): ReleaseStore;
  /** The store as hosts read it. */
  source: Source;
  /** Replaces the bytes of a published asset, or removes it. */
  damage(tag: string, name: string, bytes: string | Uint8Array | undefined): Promise<void>;
  /** Edits the notes of a release. */
  editNotes(tag: string, edit: (notes: string) => string): Promise<void>;
  /** The notes as people read them. */
  notes(tag: string): Promise<string>;
  /** Makes all drafts look as if they had been left at that time. */
  backdateDrafts(date: Date): Promise<void>;
}

/** A test store on a GitHub of the testbed, which can also make requests fail. */
export interface GitHubTestStore extends TestStore {
  github: GitHub;
  repository: Repository;
}

/** Every kind of release store. */
export const storeKinds: readonly [kind: string, open: () => Promise<TestStore>][] = [
  ["a directory", openDirectoryStore],
  ["GitHub", openGitHubStore],
  ["GitHub with immutable releases", () => openGitHubStore({ immutableReleases: true })],
];

/** Opens a release store in a directory, which is removed with it. */
export async function openDirectoryStore(): Promise<TestStore> {
  const folder = await mkdtemp(join(tmpdir(), "kiln-store-"));
  const root = join(folder, "public");
  const path = (tag: string, name: string) => join(root, "releases/download", tag, name);
  return {
    folder,
    store: directoryStore(root),
    reopen: () => directoryStore(root),
    source: directorySource(root),
    async damage(tag, name, bytes) {
      // Not in place: the file may be a hard link to another release's.
      await rm(path(tag, name));
      if (bytes !== undefined) await writeFile(path(tag, name), bytes);
    },
    async editNotes(tag, edit) {
      await writeFile(path(tag, ".notes.md"), edit(await readFile(path(tag, ".notes.md"), "utf8")));
    },
    notes: (tag) => readFile(path(tag, ".notes.md"), "utf8"),
    async backdateDrafts(date) {
      const drafts = join(root, ".drafts");
      for (const tag of await readdir(drafts)) await utimes(join(drafts, tag, ".notes.md"), date, date);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

const name = { owner: "acme", repo: "extensions" };

/** What GitHub knows about an asset that somebody has uploaded in the place of another. */
function replaced(bytes: Buffer): { bytes: Buffer; digest: string } {
  return { bytes, digest: `sha256:${hash("sha256", bytes)}` };
}

/** Opens the releases of a repository `acme/extensions` on a GitHub of its own, which ends with it. */
export async function openGitHubStore(options: RepositoryOptions = {}): Promise<GitHubTestStore> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "kiln-store-"));
  stack.defer(() => rm(folder, { recursive: true }));
  const github = stack.use(await startGitHub());
  const repository = github.repository(`${name.owner}/${name.repo}`, options);
  const { GITHUB_API_URL: apiUrl, GITHUB_SERVER_URL: serverUrl, GITHUB_TOKEN: token } = github.environment;
  const waitScale = 0.001;
  const reopen = () =>
    githubStore({
      client: openGitHubClient({ apiUrl, token, waitScale }),
      repository: name,
      serverUrl,
      waitScale,
    });
  const store = reopen();
  const releaseOf = (tag: string) => {
    const release = repository.state.releases.find((one) => one.tag === tag);
    if (!release) throw new Error(`no release ${tag}`);
    return release;
  };
  const resources = stack.move();
  return {
    folder,
    github,
    repository,
    store,
    reopen,
    source: storeSource(store, store.baseUrl ?? ""),
    async damage(tag, assetName, bytes) {
      const release = releaseOf(tag);
      if (bytes === undefined) release.assets = release.assets.filter((asset) => asset.name !== assetName);
      else Object.assign(repository.asset(tag, assetName), replaced(Buffer.from(bytes)));
    },
    async editNotes(tag, edit) {
      const release = releaseOf(tag);
      release.body = edit(release.body ?? "");
    },
    notes: async (tag) => releaseOf(tag).body ?? "",
    async backdateDrafts(date) {
      for (const release of repository.state.releases.filter(({ draft }) => draft)) {
        release.body = (release.body ?? "").replace(/"since":"[^"]+"/, `"since":"${date.toISOString()}"`);
      }
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
