import { readlink, realpath } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { isKilnError, systemCode } from "@sysext-kiln/error";
import { openRegularFile } from "@sysext-kiln/machine";
import { assetPath, updateDirectoryPath } from "@sysext-kiln/extension";

/** An asset of a release, or of the latest release if `tag` is undefined. */
export interface AssetReference {
  tag: string | undefined;
  asset: string;
}

/**
 * Tags and names of assets. None starts with a dot, unlike the store's own files (`.notes.md`, `.drafts`).
 */
const name = /^\w[\w.+~-]*$/;

/** The target of the directory store's link to its latest release. */
const latestLink = /^\.\.\/download\/(?<tag>[^/]+)$/;

/**
 * The asset that a request's path names, relative to the store's base URL.
 * @param path decoded, one entry per segment
 */
export function parseAssetPath(path: readonly string[]): AssetReference | undefined {
  const [releases, second, third = "", asset = "", ...rest] = path;
  if (releases !== "releases" || rest.length > 0 || !name.test(asset)) return undefined;
  if (second === "latest" && third === "download") return { tag: undefined, asset };
  return second === "download" && name.test(third) ? { tag: third, asset } : undefined;
}

/** The tag of the latest release; undefined if nothing was published yet. */
export async function latestTag(root: string): Promise<string | undefined> {
  const target = await readlink(join(root, updateDirectoryPath)).catch(() => "");
  const tag = latestLink.exec(target)?.groups?.["tag"] ?? "";
  return name.test(tag) ? tag : undefined;
}

/**
 * Opens an asset of a directory store.
 * @returns undefined unless it is a regular file in the release's folder, and no part of the path is a link
 */
export async function openAsset(
  root: string,
  { tag, asset }: AssetReference,
): Promise<FileHandle | undefined> {
  const release = tag ?? (await latestTag(root));
  if (release === undefined) return undefined;
  try {
    const path = join(await realpath(root), assetPath(release, asset));
    const file = await openRegularFile(path);
    // If a folder is replaced by a link, the file has another path.
    if ((await readlink(`/proc/self/fd/${file.fd}`)) === path) return file;
    await file.close();
    return undefined;
  } catch (error) {
    if (isKilnError(error) || absent.has(systemCode(error) ?? "")) return undefined;
    throw error;
  }
}

const absent: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG"]);
