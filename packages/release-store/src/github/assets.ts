import { createHash, hash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { isKilnError, KilnError } from "@sysext-kiln/error";
import {
  githubAssetSchema,
  hasErrorCode,
  openAsset,
  sha256Of,
  type GitHubAsset,
} from "@sysext-kiln/github-client";
import { cachedDownload, digestOf } from "@sysext-kiln/machine";
import { z } from "zod";
import type { Asset, Release } from "../release-store.ts";
import { requireOwn, type OwnDraft } from "./drafts.ts";
import { nameOf, toAsset, type GitHubRepository } from "./repository.ts";

export function listAssets({ client, name }: GitHubRepository, releaseId: string): Promise<GitHubAsset[]> {
  const parameters = { ...name, release_id: Number(releaseId) };
  return client.list(client.rest.repos.listReleaseAssets, parameters, githubAssetSchema);
}

/** The assets of a release, each with the digest of the stored bytes: GitHub's own, or from reading them. */
export async function readAssets(repository: GitHubRepository, releaseId: string): Promise<Asset[]> {
  const assets = (await listAssets(repository, releaseId)).map(toAsset);
  return Promise.all(
    assets.map(async (asset) => {
      const lacksDigest = asset.complete && asset.sha256 === undefined;
      return lacksDigest ? { ...asset, sha256: await digestOfAsset(repository, asset) } : asset;
    }),
  );
}

/** The size of the largest asset that is read into memory, in bytes. */
const largest = 10_000_000;

/** The small files that this publisher has uploaded, by their SHA-256: reading one of them takes no request. */
export type SentFiles = Map<string, Buffer>;

/** The size of the largest file that is kept in memory after its upload, in bytes. */
const largestKept = 256 * 1024;

/** Keeps a file that was uploaded, if it is small. */
export async function keepSent(sent: SentFiles, path: string): Promise<void> {
  if ((await stat(path)).size > largestKept) return;
  const bytes = await readFile(path);
  sent.set(hash("sha256", bytes), bytes);
}

/** The bytes of a small asset. */
export async function readSmallAsset(
  repository: GitHubRepository,
  release: Release,
  assetName: string,
  sent: SentFiles,
): Promise<Buffer> {
  const asset = assetNamed(repository, release, assetName);
  const known = sent.get(asset.sha256 ?? "");
  if (known !== undefined) return known;
  return buffer(await open(repository, { ...asset, size: Math.min(asset.size, largest) }));
}

/** An asset's file on this machine: from the cache, or downloaded and verified. */
export async function downloadAsset(
  repository: GitHubRepository,
  release: Release,
  name: string,
  sha256: string,
): Promise<string> {
  const asset = assetNamed(repository, release, name);
  return cachedDownload({
    url: `${repository.baseUrl}/releases/download/${release.tag}/${name}`,
    sha256,
    size: asset.size,
    open: (signal) => open(repository, asset, signal),
  });
}

/** @throws KilnError `not-published` */
function assetNamed(repository: GitHubRepository, { tag, assets }: Release, name: string): Asset {
  const asset = assets.find((one) => one.name === name && one.complete);
  if (asset) return asset;
  throw new KilnError("not-published", {
    expected: `${name} in the release ${tag} of ${nameOf(repository)}`,
    found: assets.map((one) => one.name).join(", ") || "no asset",
    next: "check whether somebody removed it; the next revision of the version restores it",
  });
}

/** Removes an asset from a draft of this publisher. */
export async function deleteAsset(repository: GitHubRepository, draft: OwnDraft, id: string): Promise<void> {
  const { client, name } = repository;
  await requireOwn(repository, draft);
  const parameters = { ...name, asset_id: Number(id) };
  await client.find(client.rest.repos.deleteReleaseAsset, parameters, z.unknown());
}

function open(
  { client, name }: GitHubRepository,
  { id, size }: Asset,
  signal?: AbortSignal,
): Promise<Readable> {
  return openAsset(client, name, { id: Number(id), size }, signal);
}

async function digestOfAsset(repository: GitHubRepository, asset: Asset): Promise<string> {
  const digest = createHash("sha256");
  for await (const chunk of await open(repository, asset)) digest.update(chunk);
  return digest.digest("hex");
}

const maxAttempts = 4;

/**
 * Uploads a file as an asset of a draft. After a failure GitHub may have the file, a part of it, or nothing,
 * so before each further attempt a complete asset is kept and an incomplete one is removed.
 */
export async function uploadAsset(
  repository: GitHubRepository,
  draft: OwnDraft,
  uploadUrl: string,
  name: string,
  path: string,
  onBytes?: (sent: number) => void,
): Promise<void> {
  const { size } = await stat(path);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await repository.client.upload(
        { ...repository.name, release_id: Number(draft.id), uploadUrl, name, path, size, onBytes },
        githubAssetSchema,
      );
      return;
    } catch (error) {
      const mayBeThere = isKilnError(error, "network-unreachable") || hasErrorCode(error, "already_exists");
      if (!mayBeThere || attempt === maxAttempts) throw error;
    }
    await repository.client.pause(attempt);
    const held = (await listAssets(repository, draft.id)).find((asset) => asset.name === name);
    if (held && (await isComplete(held, path, size))) return;
    if (held) await deleteAsset(repository, draft, String(held.id));
  }
}

/** An asset without a digest counts as incomplete: uploading it again is simpler than reading it. */
async function isComplete(asset: GitHubAsset, path: string, size: number): Promise<boolean> {
  const isUploaded = asset.state === "uploaded" && asset.size === size;
  return isUploaded && sha256Of(asset) === (await digestOf(path));
}
