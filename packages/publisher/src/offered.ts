import { isKilnError } from "@sysext-kiln/error";
import {
  compareImageVersions,
  parseImageName,
  releaseTag,
  type Architecture,
  type Definition,
  type ImageVersion,
} from "@sysext-kiln/extension";
import { assetPath, updateDirectoryPath } from "@sysext-kiln/release-host";
import { manifestName, parseManifest, type ManifestEntry } from "./manifest.ts";
import { keyringName } from "./signing/names.ts";
import { readBytes, type Source } from "./verify/source.ts";

/** An image that hosts find in the update directory. */
export interface OfferedImage extends ManifestEntry {
  version: ImageVersion;
  architecture: Architecture;
}

/** What the update directory offers of an extension, the newest first. */
export function offeredImages(source: Source, definition: Definition): Promise<OfferedImage[]> {
  return imagesIn(`${updateDirectoryPath}/${manifestName}`, source, definition);
}

/** What the permanent release of a version holds. */
export function releasedImages(
  source: Source,
  definition: Definition,
  version: ImageVersion,
): Promise<OfferedImage[]> {
  return imagesIn(assetPath(releaseTag(definition, version), manifestName), source, definition);
}

async function imagesIn(path: string, source: Source, definition: Definition): Promise<OfferedImage[]> {
  const entries = parseManifest((await readBytes(source, path)).toString("utf8"), `${source.name}/${path}`);
  return entries
    .flatMap((entry) => {
      const parsed = parseImageName(definition, entry.name);
      return parsed ? [Object.assign(parsed, entry)] : [];
    })
    .toSorted((left, right) => compareImageVersions(right.version, left.version));
}

/** The binary public keyring of the update directory; undefined where it is not signed. */
export function offeredKeyring(source: Source): Promise<Buffer | undefined> {
  return readBytes(source, `${updateDirectoryPath}/${keyringName}`).catch((error: unknown) => {
    if (isKilnError(error, "not-published")) return undefined;
    throw error;
  });
}
