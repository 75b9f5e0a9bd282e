import { stat } from "node:fs/promises";
import { isKilnError } from "@sysext-kiln/error";
import { githubAssetSchema, hasErrorCode, sha256Of, type GitHubAsset } from "@sysext-kiln/github-client";
import { digestOf } from "@sysext-kiln/machine";
import { deleteAsset, listAssets } from "./assets.ts";
import type { OwnDraft } from "./claim.ts";
import type { GitHubRepository } from "./repository.ts";

const mostAttempts = 4;

/**
 * Sends a file as an asset of a draft. Whatever went wrong, GitHub may hold the file, a part of it, or nothing: so
 * before each further attempt it is asked, what is whole stays, and what is not goes.
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
      if (!mayBeThere || attempt === mostAttempts) throw error;
    }
    await repository.client.pause(attempt);
    const held = (await listAssets(repository, draft.id)).find((asset) => asset.name === name);
    if (held && (await isWhole(held, path, size))) return;
    if (held) await deleteAsset(repository, draft, String(held.id));
  }
}

/** Where GitHub does not tell the digest it does not count as whole here: sending it again is simpler than reading it. */
async function isWhole(asset: GitHubAsset, path: string, size: number): Promise<boolean> {
  const isComplete = asset.state === "uploaded" && asset.size === size;
  return isComplete && sha256Of(asset) === (await digestOf(path));
}
