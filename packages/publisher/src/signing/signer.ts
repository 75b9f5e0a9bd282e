import { KilnError } from "@sysext-kiln/error";
import type { PrivateKey } from "openpgp";
import { checkSignature } from "./check-signature.ts";
import { createSignature } from "./create-signature.ts";
import { readKeys } from "./read-keys.ts";
import { signingKeyOf, unlock } from "./usable-key.ts";

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
