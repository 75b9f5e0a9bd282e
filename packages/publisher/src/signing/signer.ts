import { KilnError } from "@sysext-kiln/error";
import type { Settings } from "@sysext-kiln/machine";
import type { ReleaseStore } from "@sysext-kiln/release-store";
import type { PrivateKey } from "openpgp";
import { byNumber } from "../updates.ts";
import { readKeyFile, readKeys, signingKeyOf, unlock } from "./keys.ts";
import { checkSignature, createSignature, signatureName } from "./signature.ts";

/** What signs manifests. */
export interface Signer {
  /** Of the primary key, in upper-case hex. */
  fingerprint: string;
  /** The public key as hosts need it: a binary keyring. */
  keyring: Uint8Array;
  /** A binary detached signature. */
  sign(text: string, now: Date): Promise<Uint8Array>;
  /** Whether a signature over a text is a good one by this key. */
  verifies(text: string, signature: Uint8Array, now: Date): Promise<boolean>;
}

export interface SignerOptions {
  passphrase: string | undefined;
  /** How messages name what holds the key. */
  where: string;
  now: Date;
}

/**
 * Opens a private key, and signs with it once, so that a key that can't be used is found before any work is done.
 * @throws KilnError `key-invalid`
 */
export async function openSigner(bytes: Uint8Array, options: SignerOptions): Promise<Signer> {
  const { where, now } = options;
  const locked = await onlyPrivateKey(bytes, where);
  await signingKeyOf(locked, where, now);
  const key = await unlock(locked, options);
  const signer: Signer = {
    fingerprint: key.getFingerprint().toUpperCase(),
    keyring: key.toPublic().write(),
    sign: (text, date) => createSignature(text, key, date),
    async verifies(text, signature, date) {
      const by = await checkSignature(Buffer.from(text), signature, [key.toPublic()], date);
      return by.good;
    },
  };
  const isSound = await signer.sign("", now).then(
    (signature) => signer.verifies("", signature, now),
    () => false,
  );
  if (isSound) return signer;
  throw new KilnError("key-invalid", {
    expected: `the private key in ${where} to make signatures that its public key verifies`,
    found: "a key that does not",
    next: "export the key again; its two halves do not belong together",
  });
}

type SigningSettings = Pick<Settings, "signingKey" | "signingKeyFile" | "signingPassphrase">;

/**
 * The signer that the environment configures; undefined where it names no key.
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
  // Not the path: a key that was put into the wrong variable would be printed.
  const where = "the file that KILN_SIGNING_KEY_FILE names";
  return openSigner(await readKeyFile(signingKeyFile, where), { passphrase, where, now });
}

/**
 * Refuses to go on without a key where hosts are used to signatures: they would refuse the next directory, and nobody
 * would hear of it. A secret that is gone from a CI job is an empty variable, which is no error by itself.
 * @throws KilnError `key-missing`
 */
export async function requireSigner(store: ReleaseStore, signer: Signer | undefined): Promise<void> {
  if (signer) return;
  // Not the latest release: somebody may have made another one that.
  const directories = byNumber((await store.list()).filter(({ draft }) => !draft));
  const signed = directories.filter(({ assets }) => assets.some(({ name }) => name === signatureName));
  if (signed.length === 0 || signed.at(-1) !== directories.at(-1)) return;
  throw new KilnError("key-missing", {
    expected: `KILN_SIGNING_KEY or KILN_SIGNING_KEY_FILE, as the update directory of ${store.name} is signed`,
    found: "neither",
    next: `set the key; to end signing, let hosts stop verifying first, and then remove ${signed.map(({ tag }) => tag).join(" and ")}`,
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
