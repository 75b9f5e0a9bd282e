import { randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";
import {
  githubReleaseSchema,
  listReleases,
  type GitHubClient,
  type RepositoryName,
} from "@sysext-kiln/github-client";
import type { Release, ReleaseHost } from "../release-host.ts";
import { assetNamed, deleteAsset, downloadAsset, openAsset, readAssets } from "./assets.ts";
import { whileOwn } from "./claim.ts";
import { openDraft } from "./draft.ts";
import { nameOf, patchRelease, toRelease, type Place } from "./place.ts";
import { publishDraft, untilServed } from "./publish.ts";
import { removeRelease } from "./remove.ts";
import { uploadAsset } from "./upload.ts";

export interface GitHubHostOptions {
  client: GitHubClient;
  repository: RepositoryName;
  /** `https://github.com`, or a GitHub Enterprise's. */
  serverUrl: string;
  /** Scales every wait: 1 is for GitHub, less is for tests. */
  waitScale?: number;
}

/**
 * The releases of a repository on GitHub. All state is in them, so that a publisher may die at any request: the next one
 * finds what it left.
 */
export function githubHost({ client, repository, serverUrl, waitScale = 1 }: GitHubHostOptions): ReleaseHost {
  const place: Place = {
    client,
    repository,
    baseUrl: `${serverUrl}/${repository.owner}/${repository.repo}`,
    publisher: randomUUID(),
    waitScale,
  };
  /** Where this publisher's drafts take files, by their ids. */
  const uploadUrls = new Map<string, string>();

  async function send(draft: Release, name: string, path: string, onBytes?: (sent: number) => void) {
    const uploadUrl = uploadUrls.get(draft.id);
    if (uploadUrl === undefined) throw new Error(`${draft.tag} is not a draft of this publisher`);
    await whileOwn(place, draft, () => uploadAsset(place, draft, uploadUrl, name, path, onBytes));
  }

  return {
    name: nameOf(place),
    baseUrl: place.baseUrl,

    async list() {
      const [releases, latest] = await Promise.all([
        listReleases(client, repository),
        client.find("GET /repos/{owner}/{repo}/releases/latest", { ...repository }, githubReleaseSchema),
      ]);
      return releases.map((release) => toRelease(release, latest?.id));
    },

    async readText(release, assetName) {
      return text(await openAsset(place, assetNamed(place, release, assetName).id));
    },

    fileOf: (release, { name, sha256 }) => downloadAsset(place, release, name, sha256),

    async draft(tag, notes) {
      const draft = await openDraft(place, tag, notes);
      uploadUrls.set(String(draft.id), draft.upload_url);
      return toRelease(draft, undefined);
    },

    upload: send,

    async copy(draft, { name, sha256 }, from) {
      await send(draft, name, await downloadAsset(place, from, name, sha256));
    },

    readBack: (release) => whileOwn(place, release, () => readAssets(place, release.id)),
    removeAsset: (draft, asset) => deleteAsset(place, draft, asset.id),
    publish: (draft, { latest }) => publishDraft(place, draft, latest),

    async makeLatest(release) {
      await patchRelease(place, release.id, { make_latest: "true" });
    },

    untilServed: (latest) => untilServed(place, latest),
    remove: (release) => removeRelease(place, release.id),

    // GitHub has no lock that ends with its holder. What takes its place: a tag is published once, so that of two
    // publishers one is refused; and nobody touches a draft that another may be about to show (`claim.ts`).
    exclusively: (work) => work(),
  };
}
