import { randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";
import {
  githubReleaseSchema,
  listReleases,
  type GitHubClient,
  type GitHubRelease,
  type RepositoryName,
} from "@sysext-kiln/github-client";
import type { ReleaseHost } from "../release-host.ts";
import { assetNamed, deleteAsset, downloadAsset, openAsset, readAssets } from "./assets.ts";
import { openDraft } from "./draft.ts";
import { findRelease, nameOf, patchRelease, toRelease, type Place } from "./place.ts";
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
  const uploadUrls = new Map<string, string>();
  const remember = (release: GitHubRelease) => uploadUrls.set(String(release.id), release.upload_url);

  async function send(draftId: string, name: string, path: string, onBytes?: (sent: number) => void) {
    const uploadUrl = uploadUrls.get(draftId) ?? (await findRelease(place, draftId))?.upload_url ?? "";
    await uploadAsset(place, uploadUrl, draftId, name, path, onBytes);
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

    async draft(tag, notes) {
      const draft = await openDraft(place, tag, notes);
      remember(draft);
      return toRelease(draft, undefined);
    },

    upload: (draft, assetName, path, onBytes) => send(draft.id, assetName, path, onBytes),

    async copy(draft, { name, sha256 }, from) {
      await send(draft.id, name, await downloadAsset(place, from, name, sha256));
    },

    readBack: (release) => readAssets(place, release.id),
    removeAsset: (_, asset) => deleteAsset(place, asset.id),
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
