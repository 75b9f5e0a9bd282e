import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { KilnError } from "@sysext-kiln/error";
import { githubAssetSchema, type GitHubAsset } from "@sysext-kiln/github-client";
import { cachedDownload } from "@sysext-kiln/machine";
import { z } from "zod";
import type { Asset, Release } from "../release-store.ts";
import { requireOwn, type OwnDraft } from "./claim.ts";
import { nameOf, toAsset, type GitHubRepository } from "./repository.ts";

export function listAssets({ client, name }: GitHubRepository, releaseId: string): Promise<GitHubAsset[]> {
  const route = "GET /repos/{owner}/{repo}/releases/{release_id}/assets";
  return client.list(route, { ...name, release_id: Number(releaseId) }, githubAssetSchema);
}

/** The assets of a release, each with the digest of the stored bytes: GitHub's own, or from reading them. */
export async function readAssets(repository: GitHubRepository, releaseId: string): Promise<Asset[]> {
  const assets = (await listAssets(repository, releaseId)).map(toAsset);
  return Promise.all(
    assets.map(async (asset) => {
      const isUntold = asset.complete && asset.sha256 === undefined;
      return isUntold ? { ...asset, sha256: await digestOfAsset(repository, asset.id) } : asset;
    }),
  );
}

/** The bytes of an asset, also of a draft and in a private repository, which no plain URL gives. */
export function openAsset({ client, name }: GitHubRepository, id: string, signal?: AbortSignal) {
  const route = "GET /repos/{owner}/{repo}/releases/assets/{asset_id}";
  return client.stream(route, {
    ...name,
    asset_id: Number(id),
    ...(signal && { request: { signal } }),
  });
}

/** An asset's file on this machine: from the cache, or downloaded and verified. */
export async function downloadAsset(
  repository: GitHubRepository,
  release: Release,
  name: string,
  sha256: string,
): Promise<string> {
  const { id, size } = assetNamed(repository, release, name);
  return cachedDownload({
    url: `${repository.baseUrl}/releases/download/${release.tag}/${name}`,
    sha256,
    size,
    open: async (signal) => Readable.fromWeb(await openAsset(repository, id, signal)),
  });
}

/** @throws KilnError `not-published` */
export function assetNamed(repository: GitHubRepository, { tag, assets }: Release, name: string): Asset {
  const asset = assets.find((one) => one.name === name && one.complete);
  if (asset) return asset;
  throw new KilnError("not-published", {
    expected: `${name} in the release ${tag} of ${nameOf(repository)}`,
    found: assets.map((one) => one.name).join(", ") || "no asset",
    next: "check whether somebody removed it; a new revision of the version brings it back",
  });
}

/** Takes an asset out of a draft of ours. */
export async function deleteAsset(repository: GitHubRepository, draft: OwnDraft, id: string): Promise<void> {
  const { client, name } = repository;
  await requireOwn(repository, draft);
  const route = "DELETE /repos/{owner}/{repo}/releases/assets/{asset_id}";
  await client.find(route, { ...name, asset_id: Number(id) }, z.unknown());
}

async function digestOfAsset(repository: GitHubRepository, id: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of await openAsset(repository, id)) hash.update(chunk);
  return hash.digest("hex");
}
