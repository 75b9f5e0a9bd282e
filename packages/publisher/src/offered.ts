import { KilnError } from "@sysext-kiln/error";
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
import { manifestName, parseManifest, parseReleaseManifest, type ManifestEntry } from "./manifest.ts";
import { keyringName, parseKeyring, type Keyring } from "./signing/keyring.ts";
import { signatureName } from "./signing/signature.ts";
import { signatureMissing, verifySignature } from "./verify/signature.ts";
import { readBytes, readIfPublished, type Source } from "./verify/source.ts";

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
  return imagesIn(updateDirectoryPath, parseManifest, { source, definition, keyring });
}

/**
 * What the permanent release of a version holds; the same otherwise. Where it has no signature, as it is older than the
 * key, the signed update directory vouches for the images that it retains of it.
 */
export async function releasedImages(
  source: Source,
  definition: Definition,
  version: ImageVersion,
  keyring?: Keyring,
): Promise<OfferedImage[]> {
  const folder = releasePath(releaseTag(definition, version));
  if (keyring && !(await readIfPublished(source, `${folder}/${signatureName}`))) {
    const offered = await offeredImages(source, definition, keyring);
    const retained = offered.filter((image) => compareImageVersions(image.version, version) === 0);
    if (retained.length > 0) return retained;
    throw signatureMissing(source, folder);
  }
  return imagesIn(folder, parseReleaseManifest, { source, definition, keyring });
}

async function imagesIn(
  folder: string,
  parse: typeof parseManifest,
  { source, definition, keyring }: { source: Source; definition: Definition; keyring: Keyring | undefined },
): Promise<OfferedImage[]> {
  const path = `${folder}/${manifestName}`;
  const manifest = await readBytes(source, path);
  if (keyring) await verifySignature(source, folder, manifest, { keyring, now: new Date() });
  return parse(manifest.toString("utf8"), `${source.name}/${path}`)
    .flatMap((entry) => {
      const parsed = parseImageName(definition, entry.name);
      return parsed ? [Object.assign(parsed, entry)] : [];
    })
    .toSorted((left, right) => compareImageVersions(right.version, left.version));
}

/**
 * The keyring that is published with the update directory; undefined where that is not signed.
 * @throws KilnError `key-missing` where there is a signature, but no keyring
 */
export async function offeredKeyring(source: Source): Promise<Keyring | undefined> {
  const path = `${updateDirectoryPath}/${keyringName}`;
  const bytes = await readIfPublished(source, path);
  if (bytes) return parseKeyring(bytes, `${source.name}/${path}`);
  if (!(await readIfPublished(source, `${updateDirectoryPath}/${signatureName}`))) return undefined;
  throw new KilnError("key-missing", {
    expected: `${keyringName} beside ${signatureName} in the update directory of ${source.name}`,
    found: "only the signature",
    next: "--key FILE names the public key; ./kiln release publishes the directory again with its keyring",
  });
}
