import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createFile } from "./create-file.ts";
import { keyringName } from "./names.ts";

export interface NewKeyOptions {
  /** Whose key it is, for people. */
  name: string;
  /** What the private key is encrypted with; undefined: it is not. */
  passphrase?: string | undefined;
}

/** A key as it lies on the disk. */
export interface KeyFiles {
  fingerprint: string;
  /** The armored private key, which only its owner can read. */
  privateKey: string;
  /** The binary public keyring beside it. */
  keyring: string;
}

/**
 * Makes a key for signatures and nothing else: ed25519 in version 4, as gpgv 2.2 refuses what is newer (measured:
 * openpgp's type `curve25519`). It does not expire: hosts accept an expired key, and kiln would stop.
 * @throws KilnError `usage` where a file is there already: nothing is ever overwritten
 */
export async function newKey(path: string, { name, passphrase }: NewKeyOptions): Promise<KeyFiles> {
  const { generateKey } = await import("openpgp");
  const { privateKey, publicKey } = await generateKey({
    userIDs: { name },
    subkeys: [],
    format: "object",
    ...(passphrase === undefined ? {} : { passphrase }),
  });
  const keyring = join(dirname(path), keyringName);
  await createFile(keyring, publicKey.write());
  try {
    await createFile(path, privateKey.armor(), 0o600);
  } catch (error) {
    await rm(keyring);
    throw error;
  }
  return { fingerprint: publicKey.getFingerprint().toUpperCase(), privateKey: path, keyring };
}
