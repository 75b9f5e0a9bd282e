import { hash } from "node:crypto";
import { isIndexName, parseIndex, type ReleaseIndex } from "@sysext-kiln/extension";
import { isKilnError, KilnError } from "@sysext-kiln/error";
import { type Release, type ReleaseStore } from "@sysext-kiln/release-store";
import { manifestName, parseManifest, type ManifestEntry } from "./manifest.ts";
import { signatureName } from "./signing/signature.ts";
import type { Signer } from "./signing/signer.ts";
import { updateDirectoriesIn } from "./update-releases.ts";

/** Who signs, and when; without a signer nothing is signed, and no signature is checked. */
export interface SignedBy {
  signer: Signer | undefined;
  now: Date;
}

/** What an update directory contains. */
export interface DirectoryContents {
  manifest: string;
  /** The images that it offers, as `lineOf` writes them. */
  lines: ReadonlySet<string>;
  /** Undefined if an older kiln published it. */
  index: ReleaseIndex | undefined;
}

/** The last update directory from which the next one may be derived. */
export interface PreviousDirectory {
  contents: DirectoryContents | undefined;
  /** Whether the key has signed no update directory yet. */
  isNewKey: boolean;
}

/**
 * Reads the newest update directory that the key has signed. A key that has signed none is new, and continues
 * the newest one. So somebody who can write releases, but does not have the key, cannot begin a rollout anew.
 * @throws KilnError `document-invalid`, `digest-mismatch`
 */
export async function readPrevious(
  store: ReleaseStore,
  releases: readonly Release[],
  by: SignedBy,
): Promise<PreviousDirectory> {
  const directories = updateDirectoriesIn(releases).toReversed();
  for (const directory of directories) {
    const contents = await readSigned(store, directory, by);
    if (contents) return { contents, isNewKey: false };
  }
  const [newest] = directories;
  return { contents: newest && (await readContents(store, newest)), isNewKey: by.signer !== undefined };
}

/**
 * Reads the manifest and the index of an update directory.
 * @throws KilnError `document-invalid`, `digest-mismatch`
 */
export async function readContents(
  store: ReleaseStore,
  directory: Release,
  known?: string,
): Promise<DirectoryContents> {
  const manifest = known ?? (await store.readText(directory, manifestName));
  const entries = parseManifest(manifest, `${directory.tag}/${manifestName}`);
  const indexEntry = entries.find(({ name }) => isIndexName(name));
  const index = indexEntry && (await readIndex(store, directory, indexEntry));
  const lines = new Set([...entries, ...(index?.images ?? [])].map(lineOf));
  return { manifest, lines, index };
}

/** The contents of an update directory that the signer has signed; undefined for every other one. */
export async function readSigned(
  store: ReleaseStore,
  directory: Release,
  by: SignedBy,
): Promise<DirectoryContents | undefined> {
  if (!by.signer || !hasSignature(directory) || !hasAsset(directory, manifestName)) return undefined;
  const manifest = await store.readText(directory, manifestName);
  if (!(await isSigned(store, directory, manifest, by))) return undefined;
  return readContents(store, directory, manifest);
}

/**
 * The contents of an update directory, whoever has published it; undefined if they are not what kiln writes.
 */
export async function readIfValid(
  store: ReleaseStore,
  directory: Release,
): Promise<DirectoryContents | undefined> {
  if (!hasAsset(directory, manifestName)) return undefined;
  try {
    return await readContents(store, directory);
  } catch (error) {
    const codes = ["document-invalid", "digest-mismatch", "manifest-invalid"] as const;
    if (codes.some((code) => isKilnError(error, code))) return undefined;
    throw error;
  }
}

async function readIndex(
  store: ReleaseStore,
  directory: Release,
  { name, sha256 }: ManifestEntry,
): Promise<ReleaseIndex> {
  const text = await store.readText(directory, name);
  const found = hash("sha256", text);
  if (found === sha256) return parseIndex(text, `${directory.tag}/${name}`);
  throw new KilnError("digest-mismatch", {
    expected: `${directory.tag}/${name} on ${store.name} to have the SHA-256 ${sha256}`,
    found,
    next: `find out who changed it; after ${directory.tag} is removed, the update directory before it is continued`,
  });
}

/** An image, by its digest and its name. */
export function lineOf({ name, sha256 }: ManifestEntry): string {
  return `${sha256} ${name}`;
}

/** Whether a release's manifest is signed by the signer. */
export async function isSigned(
  store: ReleaseStore,
  release: Release,
  manifest: string,
  { signer, now }: SignedBy,
): Promise<boolean> {
  if (!signer || !hasSignature(release)) return false;
  return signer.verifies(manifest, await store.readBytes(release, signatureName), now);
}

function hasSignature(release: Release): boolean {
  return hasAsset(release, signatureName);
}

function hasAsset({ assets }: Release, wanted: string): boolean {
  return assets.some(({ name, complete }) => name === wanted && complete);
}
