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
import { readBytes, readIfPublished, type Source } from "./verify/source.ts";
import { signatureMissing, verifySignature } from "./verify/verify.ts";

/** An image in the update directory or in a permanent release. */
export interface PublishedImage extends ManifestEntry {
  version: ImageVersion;
  architecture: Architecture;
}

/**
 * The images of an extension in the update directory, newest first.
 * @param keyring the keys of which one must have signed the manifest; if undefined, the signature is not
 * checked
 * @throws KilnError `not-published`, `manifest-invalid`, `signature-invalid`
 */
export function updateDirectoryImages(
  source: Source,
  definition: Definition,
  keyring?: Keyring,
): Promise<PublishedImage[]> {
  return imagesIn(updateDirectoryPath, parseManifest, { source, definition, keyring });
}

/**
 * The images in the permanent release of a version; otherwise like `updateDirectoryImages`. If the release
 * has no signature because it is older than the key, its images are taken from the signed update directory,
 * if that has them.
 */
export async function releaseImages(
  source: Source,
  definition: Definition,
  version: ImageVersion,
  keyring?: Keyring,
): Promise<PublishedImage[]> {
  const folder = releasePath(releaseTag(definition, version));
  if (keyring && !(await readIfPublished(source, `${folder}/${signatureName}`))) {
    const images = await updateDirectoryImages(source, definition, keyring);
    const retained = images.filter((image) => compareImageVersions(image.version, version) === 0);
    if (retained.length > 0) return retained;
    throw signatureMissing(source, folder);
  }
  return imagesIn(folder, parseReleaseManifest, { source, definition, keyring });
}

async function imagesIn(
  folder: string,
  parse: typeof parseManifest,
  { source, definition, keyring }: { source: Source; definition: Definition; keyring: Keyring | undefined },
): Promise<PublishedImage[]> {
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
 * The keyring that is published with the update directory; undefined if the directory is not signed.
 * @throws KilnError `key-missing` if there is a signature but no keyring
 */
export async function updateDirectoryKeyring(source: Source): Promise<Keyring | undefined> {
  const path = `${updateDirectoryPath}/${keyringName}`;
  const bytes = await readIfPublished(source, path);
  if (bytes) return parseKeyring(bytes, `${source.name}/${path}`);
  if (!(await readIfPublished(source, `${updateDirectoryPath}/${signatureName}`))) return undefined;
  throw new KilnError("key-missing", {
    expected: `${keyringName} beside ${signatureName} in the update directory of ${source.name}`,
    found: "only the signature",
    next: "pass the public key with --key FILE, or publish the directory again with its keyring: ./kiln release",
  });
}
