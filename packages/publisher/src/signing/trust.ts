import { hash } from "node:crypto";
import { isKilnError, KilnError } from "@sysext-kiln/error";
import type { RepositorySettings } from "@sysext-kiln/extension";
import type { Release, ReleaseStore } from "@sysext-kiln/release-store";
import type { Key } from "openpgp";
import { keyringName } from "./keyring.ts";
import { readKeys } from "./keys.ts";
import { checkSignature, signatureName } from "./signature.ts";
import type { Signer } from "./signer.ts";

/** What `kiln.yaml` says about the keys of the repository. */
export type TrustSettings = Pick<RepositorySettings, "signingKeys" | "adoptedDirectory">;

/** Whose signatures count for what is published, and what counts without one. */
export interface Trust extends TrustSettings {
  /** The key that signs. What it has signed before is always authentic. */
  signer: Signer | undefined;
  now: Date;
}

/**
 * Whether only what is signed or adopted may be offered to hosts. Otherwise the repository has no key, and
 * whoever may write releases decides what hosts get.
 */
export function checksSignatures({ signer, signingKeys }: Pick<Trust, "signer" | "signingKeys">): boolean {
  return signer !== undefined || signingKeys !== undefined;
}

/** Whether a release's manifest is signed by a key of the repository, or is the adopted one. */
export async function isAuthentic(
  store: ReleaseStore,
  release: Release,
  manifest: string,
  trust: Trust,
): Promise<boolean> {
  if (!checksSignatures(trust) || hash("sha256", manifest) === trust.adoptedDirectory) return true;
  if (!hasAsset(release, signatureName)) return false;
  const signature = await store.readBytes(release, signatureName);
  if (await trust.signer?.verifies(manifest, signature, trust.now)) return true;
  const keys = await publishedKeys(store, release, trust.signingKeys ?? []);
  if (keys.length === 0) return false;
  return (await checkSignature(Buffer.from(manifest), signature, keys, trust.now)).valid;
}

/** The largest keyring that is read, in bytes: anybody who writes releases may have published it. */
const largestKeyring = 100_000;

/**
 * Those keys of a release's own keyring whose fingerprints are among the given ones. The fingerprint covers
 * the primary key, which in turn has signed the rest of the key.
 */
async function publishedKeys(
  store: ReleaseStore,
  release: Release,
  fingerprints: readonly string[],
): Promise<Key[]> {
  const asset = release.assets.find(({ name, complete }) => name === keyringName && complete);
  if (asset === undefined || asset.size > largestKeyring || fingerprints.length === 0) return [];
  const bytes = await store.readBytes(release, keyringName);
  const keys = await readKeys(bytes, `${release.tag}/${keyringName}`).catch((error: unknown) => {
    if (isKilnError(error, "key-invalid")) return [];
    throw error;
  });
  return keys.filter((key) => fingerprints.includes(key.getFingerprint().toUpperCase()));
}

/** Whether a release has a complete asset of that name. */
export function hasAsset({ assets }: Release, wanted: string): boolean {
  return assets.some(({ name, complete }) => name === wanted && complete);
}

/**
 * Requires that the key that signs is one of those that `kiln.yaml` names, and that there is one if it names
 * any: hosts refuse what another key has signed, and nobody would notice.
 * @throws KilnError `key-missing`, `key-invalid`
 */
export function requireNamedKey(signer: Signer | undefined, { signingKeys }: TrustSettings): void {
  if (signingKeys === undefined) return;
  if (signer === undefined) {
    throw new KilnError("key-missing", {
      expected: 'KILN_SIGNING_KEY or KILN_SIGNING_KEY_FILE, because kiln.yaml has "signingKeys"',
      found: "neither",
      next: 'set the key; to stop signing, first make hosts stop verifying (docs/signing.md), and then remove "signingKeys"',
    });
  }
  if (signingKeys.includes(signer.fingerprint)) return;
  throw new KilnError("key-invalid", {
    expected: `a signing key that "signingKeys" of kiln.yaml names: ${signingKeys.join(" or ")}`,
    found: `the key ${signer.fingerprint}`,
    next: `if this is the repository's new key, write "signingKeys: [${[signer.fingerprint, ...signingKeys].join(", ")}]" into kiln.yaml; otherwise correct the secret`,
  });
}
