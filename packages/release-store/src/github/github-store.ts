import { randomUUID } from "node:crypto";
import {
  findRelease,
  githubReleaseSchema,
  listReleases,
  type GitHubClient,
  type RepositoryName,
} from "@sysext-kiln/github-client";
import { z } from "zod";
import type { Release, ReleaseStore } from "../release-store.ts";
import {
  deleteAsset,
  downloadAsset,
  keepSent,
  readAssets,
  readSmallAsset,
  type SentFiles,
  uploadAsset,
} from "./assets.ts";
import { openDraft, whileOwn } from "./drafts.ts";
import { nameOf, patchRelease, toRelease, type GitHubRepository } from "./repository.ts";
import { publishDraft, removeRelease, untilServed } from "./publish.ts";

const refsSchema = z.array(z.object({ ref: z.string() }));

export interface GitHubStoreOptions {
  client: GitHubClient;
  repository: RepositoryName;
  /** `https://github.com`, or a GitHub Enterprise's. */
  serverUrl: string;
  /** Scales every wait: 1 is for GitHub, less is for tests. */
  waitScale?: number;
}

/**
 * The releases of a repository on GitHub. All state is in them, so a publisher may be killed at any request:
 * the next one finds what it left.
 */
export function githubStore({
  client,
  repository: repositoryName,
  serverUrl,
  waitScale = 1,
}: GitHubStoreOptions): ReleaseStore {
  const repository: GitHubRepository = {
    client,
    name: repositoryName,
    baseUrl: `${serverUrl}/${repositoryName.owner}/${repositoryName.repo}`,
    publisher: randomUUID(),
    waitScale,
  };
  /** The upload addresses of this publisher's drafts, by their ids. */
  const uploadUrls = new Map<string, string>();
  const sent: SentFiles = new Map();

  async function send(draft: Release, name: string, path: string, onBytes?: (sent: number) => void) {
    const uploadUrl = uploadUrls.get(draft.id);
    if (uploadUrl === undefined) throw new Error(`${draft.tag} is not a draft of this publisher`);
    await whileOwn(repository, draft, () => uploadAsset(repository, draft, uploadUrl, name, path, onBytes));
    await keepSent(sent, path);
  }

  const latestRelease = () =>
    client.find(client.rest.repos.getLatestRelease, { ...repositoryName }, githubReleaseSchema);

  return {
    name: nameOf(repository),
    baseUrl: repository.baseUrl,
    folder: undefined,
    maxAssets: 1000,
    remainingRequests: () => client.remaining(),

    async list() {
      const [releases, latest] = await Promise.all([listReleases(client, repositoryName), latestRelease()]);
      return releases.map((release) => toRelease(release, latest?.id));
    },

    async tagsBeginningWith(prefix) {
      const parameters = { ...repositoryName, ref: `tags/${prefix}` };
      const refs = await client.call(client.rest.git.listMatchingRefs, parameters, refsSchema);
      return refs.map(({ ref }) => ref.replace(/^refs\/tags\//, ""));
    },

    async latest() {
      const release = await latestRelease();
      return release && toRelease(release, release.id);
    },

    async find(tag) {
      const release = await findRelease(client, repositoryName, tag);
      return release && toRelease(release, undefined);
    },

    readText: async (release, assetName) =>
      (await readSmallAsset(repository, release, assetName, sent)).toString("utf8"),
    readBytes: (release, assetName) => readSmallAsset(repository, release, assetName, sent),

    fileOf: (release, { name, sha256 }) => downloadAsset(repository, release, name, sha256),

    async draft(tag, notes, known) {
      const draft = await openDraft(repository, tag, notes, known);
      uploadUrls.set(String(draft.id), draft.upload_url);
      return toRelease(draft, undefined);
    },

    upload: send,

    async copy(draft, { name, sha256 }, from) {
      await send(draft, name, await downloadAsset(repository, from, name, sha256));
    },

    readBack: (release) => whileOwn(repository, release, () => readAssets(repository, release.id)),
    removeAsset: (draft, asset) => deleteAsset(repository, draft, asset.id),
    publish: (draft, { latest }) => publishDraft(repository, draft, latest),

    async makeLatest(release) {
      await patchRelease(repository, release.id, { make_latest: "true" });
    },

    async editNotes(release, notes) {
      await patchRelease(repository, release.id, { body: notes });
    },

    untilServed: (latest) => untilServed(repository, latest),
    remove: (release) => removeRelease(repository, release),

    // GitHub has no lock that ends with its holder. Instead, a tag can be published only once, so one of two
    // publishers is refused; and nobody touches a draft that another may be about to publish (`drafts.ts`).
    exclusively: (work) => work(),
  };
}
