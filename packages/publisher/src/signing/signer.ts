import { KilnError } from "@sysext-kiln/error";
import type { Settings } from "@sysext-kiln/machine";
import type { ReleaseStore } from "@sysext-kiln/release-store";
import type { PrivateKey } from "openpgp";
import { updateDirectoriesIn } from "../update-releases.ts";
import { readKeyFile, readKeys, requireSigningKey, unlock } from "./keys.ts";
import { checkSignature, createSignature, signatureName } from "./signature.ts";
import { requireNamedKey, type TrustSettings } from "./trust.ts";

/** Signs manifests with a private key. */
export interface Signer {
  /** The fingerprint of the primary key, in upper-case hex. */
  fingerprint: string;
  /** The public key as a binary keyring, which is what hosts need. */
  keyring: Uint8Array;
  /** Creates a binary detached signature. */
  sign(text: string, now: Date): Promise<Uint8Array>;
  /** Whether a signature of a text is valid and by this key. */
  verifies(text: string, signature: Uint8Array, now: Date): Promise<boolean>;
}

export interface SignerOptions {
  passphrase: string | undefined;
  /** What error messages call the source of the key. */
  where: string;
  now: Date;
}

/**
 * Opens a private key and signs with it once, so that an unusable key is reported before any work is done.
 * @throws KilnError `key-invalid`
 */
export async function openSigner(bytes: Uint8Array, options: SignerOptions): Promise<Signer> {
  const { where, now } = options;
  const locked = await onlyPrivateKey(bytes, where);
  await requireSigningKey(locked, where, now);
  const key = await unlock(locked, options);
  const signer: Signer = {
    fingerprint: key.getFingerprint().toUpperCase(),
    keyring: key.toPublic().write(),
    sign: (text, date) => createSignature(text, key, date),
    async verifies(text, signature, date) {
      const by = await checkSignature(Buffer.from(text), signature, [key.toPublic()], date);
      return by.valid;
    },
  };
  const isUsable = await signer.sign("", now).then(
    (signature) => signer.verifies("", signature, now),
    () => false,
  );
  if (isUsable) return signer;
  throw new KilnError("key-invalid", {
    expected: `the private key in ${where} to create signatures that its public key verifies`,
    found: "signatures that it does not verify",
    next: "export the key again; its private and public halves do not match",
  });
}

type SigningSettings = Pick<Settings, "signingKey" | "signingKeyFile" | "signingPassphrase">;

/**
 * Opens the signer that the settings configure; undefined if they name no key.
 * @throws KilnError `key-invalid`
 */
export async function configuredSigner(
  { signingKey, signingKeyFile, signingPassphrase: passphrase }: SigningSettings,
  now: Date = new Date(),
): Promise<Signer | undefined> {
  if (signingKey !== undefined && signingKeyFile !== undefined) {
    throw new KilnError("key-invalid", {
      expected: "one signing key",
      found: "both KILN_SIGNING_KEY and KILN_SIGNING_KEY_FILE",
      next: "unset one of them",
    });
  }
  if (signingKey !== undefined)
    return openSigner(Buffer.from(signingKey), { passphrase, where: "KILN_SIGNING_KEY", now });
  if (signingKeyFile === undefined) return undefined;
  // Without the path: if the key itself was put into this variable, it would be printed.
  const where = "the file that KILN_SIGNING_KEY_FILE names";
  return openSigner(await readKeyFile(signingKeyFile, where), { passphrase, where, now });
}

/**
 * Requires the repository's key if hosts expect signatures: they would refuse an unsigned update directory, or
 * one that another key has signed, and nobody would notice. A deleted CI secret is an empty variable, which is
 * not an error by itself.
 * @throws KilnError `key-missing`, `key-invalid`
 */
export async function requireSigner(
  store: ReleaseStore,
  signer: Signer | undefined,
  trust: TrustSettings = {},
): Promise<void> {
  requireNamedKey(signer, trust);
  if (signer) return;
  // The latest release may be another one, if somebody changed that by hand.
  const directories = updateDirectoriesIn(await store.list());
  const signed = directories.filter(({ assets }) => assets.some(({ name }) => name === signatureName));
  if (signed.length === 0 || signed.at(-1) !== directories.at(-1)) return;
  throw new KilnError("key-missing", {
    expected: `KILN_SIGNING_KEY or KILN_SIGNING_KEY_FILE, because the update directory of ${store.name} is signed`,
    found: "neither",
    next: `set the key; to stop signing, first make hosts stop verifying, and then remove ${signed.map(({ tag }) => tag).join(" and ")}`,
  });
}

async function onlyPrivateKey(bytes: Uint8Array, where: string): Promise<PrivateKey> {
  const keys = await readKeys(bytes, where);
  const privateKeys = keys.filter((key): key is PrivateKey => key.isPrivate());
  const [only] = privateKeys;
  if (only && keys.length === 1) return only;
  throw new KilnError("key-invalid", {
    expected: `one private OpenPGP key in ${where}`,
    found: privateKeys.length > 0 ? `${keys.length} keys` : "a public key",
    next: "export the one private key that signs: gpg --export-secret-keys --armor KEY",
  });
}
