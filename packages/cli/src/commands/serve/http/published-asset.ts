import { readlink, realpath } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { isKilnError, systemCode } from "@sysext-kiln/error";
import { openRegularFile } from "@sysext-kiln/machine";
import { assetPath, updateDirectoryPath } from "@sysext-kiln/extension";

/** What a request names: an asset of a release, or of the latest release if there is no tag. */
export interface AssetReference {
  readonly tag: string | undefined;
  readonly asset: string;
}

/** The names of tags and assets. None begins with a dot, as the store's own files (`.notes.md`, `.drafts`) do. */
const name = /^\w[\w.+~-]*$/;

/** The link that the directory store makes for its latest release. */
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
 * @returns undefined unless it is a regular file in the release's own folder, reached without any link
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
    // A link in place of a folder leads the same path to another file.
    if ((await readlink(`/proc/self/fd/${file.fd}`)) === path) return file;
    await file.close();
    return undefined;
  } catch (error) {
    if (isKilnError(error) || absent.has(systemCode(error) ?? "")) return undefined;
    throw error;
  }
}

const absent: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG"]);
