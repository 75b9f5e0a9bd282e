import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { KilnError, describeSystemError, systemCode } from "@sysext-kiln/error";
import { keyringName } from "./keyring.ts";
import { readKeyFile } from "./keys.ts";
import { openSigner } from "./signer.ts";

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

/**
 * Tries a private key that was made elsewhere, as `kiln release` will use it, and writes its public keyring beside it.
 * @throws KilnError `key-invalid`, or `usage` where another keyring is there
 */
export async function importKey(path: string, passphrase: string | undefined): Promise<KeyFiles> {
  const signer = await openSigner(await readKeyFile(path), { passphrase, where: path, now: new Date() });
  const keyring = join(dirname(path), keyringName);
  const present = await readFile(keyring).catch(() => undefined);
  if (!present?.equals(signer.keyring)) await createFile(keyring, signer.keyring);
  return { fingerprint: signer.fingerprint, privateKey: path, keyring };
}

/**
 * Writes a file that must not be there yet.
 * @throws KilnError `usage`
 */
async function createFile(path: string, bytes: Uint8Array | string, mode = 0o644): Promise<void> {
  await writeFile(path, bytes, { mode, flag: "wx" }).catch((cause: unknown) => {
    const isThere = systemCode(cause) === "EEXIST";
    throw new KilnError("usage", {
      expected: isThere ? `no file at ${path}` : `to write ${path}`,
      found: isThere
        ? "one that may be somebody's key"
        : (describeSystemError(cause) ?? systemCode(cause) ?? "an error"),
      next: isThere ? "choose another path, or move that file" : "choose a writable folder",
      cause,
    });
  });
}
