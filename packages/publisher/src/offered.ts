import { isKilnError } from "@sysext-kiln/error";
import {
  type Architecture,
  compareImageVersions,
  type Definition,
  type ImageVersion,
  parseImageName,
  releasePath,
  releaseTag,
  updateDirectoryPath,
} from "@sysext-kiln/extension";
import { manifestName, parseManifest, type ManifestEntry } from "./manifest.ts";
import { keyringName, parseKeyring, type Keyring } from "./signing/keyring.ts";
import { verifySignature } from "./verify/signature.ts";
import { readBytes, type Source } from "./verify/source.ts";

/** An image that hosts find in the update directory. */
export interface OfferedImage extends ManifestEntry {
  version: ImageVersion;
  architecture: Architecture;
}

/**
 * What the update directory offers of an extension, the newest first.
 * @param keyring the keys that its manifest has to be signed by; without it, the signature is not looked at
 * @throws KilnError `not-published`, `manifest-invalid`, `signature-invalid`
 */
export function offeredImages(
  source: Source,
  definition: Definition,
  keyring?: Keyring,
): Promise<OfferedImage[]> {
  return imagesIn(updateDirectoryPath, source, definition, keyring);
}

/** What the permanent release of a version holds; the same otherwise. */
export function releasedImages(
  source: Source,
  definition: Definition,
  version: ImageVersion,
  keyring?: Keyring,
): Promise<OfferedImage[]> {
  return imagesIn(releasePath(releaseTag(definition, version)), source, definition, keyring);
}

async function imagesIn(
  folder: string,
  source: Source,
  definition: Definition,
  keyring?: Keyring,
): Promise<OfferedImage[]> {
  const path = `${folder}/${manifestName}`;
  const manifest = await readBytes(source, path);
  if (keyring) await verifySignature(source, folder, manifest, { keyring, now: new Date() });
  return parseManifest(manifest.toString("utf8"), `${source.name}/${path}`)
    .flatMap((entry) => {
      const parsed = parseImageName(definition, entry.name);
      return parsed ? [Object.assign(parsed, entry)] : [];
    })
    .toSorted((left, right) => compareImageVersions(right.version, left.version));
}

/** The keyring that the update directory brings along; undefined where it is not signed. */
export async function offeredKeyring(source: Source): Promise<Keyring | undefined> {
  const path = `${updateDirectoryPath}/${keyringName}`;
  try {
    return await parseKeyring(await readBytes(source, path), `${source.name}/${path}`);
  } catch (error) {
    if (isKilnError(error, "not-published")) return undefined;
    throw error;
  }
}
