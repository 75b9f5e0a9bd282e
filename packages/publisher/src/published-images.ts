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
  type ReleaseIndex,
} from "@sysext-kiln/extension";
import { manifestName, parseManifest, parseReleaseManifest, type ManifestEntry } from "./manifest.ts";
import { forNewHosts } from "./offers.ts";
import { keyringName, parseKeyring, type Keyring } from "./signing/keyring.ts";
import { signatureName } from "./signing/signature.ts";
import { publishedIndex } from "./verify/published-index.ts";
import { readBytes, readIfPublished, type Source } from "./verify/source.ts";
import { signatureMissing, verifySignature } from "./verify/verify.ts";

/** An image in the update directory or in a permanent release. */
export interface PublishedImage extends ManifestEntry {
  version: ImageVersion;
  architecture: Architecture;
}

/**
 * The images of an extension with which new hosts may start, newest first: those that the update directory
 * offers to every host.
 * @param keyring the keys of which one must have signed the manifest; if undefined, the signature is not
 * checked
 * @throws KilnError `not-published`, `manifest-invalid`, `signature-invalid`, `document-invalid`,
 * `digest-mismatch`
 */
export async function updateDirectoryImages(
  source: Source,
  definition: Definition,
  keyring?: Keyring,
): Promise<PublishedImage[]> {
  const entries = await manifestEntries(updateDirectoryPath, parseManifest, { source, keyring });
  const index = await publishedIndex(source, entries);
  if (index === undefined) return imagesAmong(entries, definition);
  const own = index.images.filter(({ name }) => parseImageName(definition, name) !== undefined);
  return imagesAmong(forNewHosts(own, new Date()), definition);
}

/**
 * The index of the update directory; undefined if an older kiln published it.
 * @throws KilnError like `updateDirectoryImages`
 */
export async function updateDirectoryIndex(
  source: Source,
  keyring?: Keyring,
): Promise<ReleaseIndex | undefined> {
  return publishedIndex(
    source,
    await manifestEntries(updateDirectoryPath, parseManifest, { source, keyring }),
  );
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
  return imagesAmong(await manifestEntries(folder, parseReleaseManifest, { source, keyring }), definition);
}

async function manifestEntries(
  folder: string,
  parse: typeof parseManifest,
  { source, keyring }: { source: Source; keyring: Keyring | undefined },
): Promise<ManifestEntry[]> {
  const path = `${folder}/${manifestName}`;
  const manifest = await readBytes(source, path);
  if (keyring) await verifySignature(source, folder, manifest, { keyring, now: new Date() });
  return parse(manifest.toString("utf8"), `${source.name}/${path}`);
}

/** The images of an extension among others, newest first. */
function imagesAmong(entries: readonly ManifestEntry[], definition: Definition): PublishedImage[] {
  return entries
    .flatMap(({ name, sha256 }) => {
      const parsed = parseImageName(definition, name);
      return parsed ? [{ ...parsed, name, sha256 }] : [];
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
