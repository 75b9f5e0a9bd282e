import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { KilnError, describeSystemError, systemCode } from "@sysext-kiln/error";
import { keyringName } from "./keyring.ts";
import { readKeyFile } from "./keys.ts";
import { openSigner } from "./signer.ts";

export interface NewKeyOptions {
  /** The user ID of the key, which tells people whose it is. */
  name: string;
  /** Encrypts the private key; if undefined, the key is not encrypted. */
  passphrase?: string | undefined;
}

/** The files of a key. */
export interface KeyFiles {
  fingerprint: string;
  /** The armored private key, which only its owner can read. */
  privateKey: string;
  /** The binary public keyring in the same folder. */
  keyring: string;
}

/**
 * Creates a key for signatures only: ed25519 in version 4, because gpgv 2.2 refuses newer kinds (measured:
 * openpgp's type `curve25519`). It does not expire: hosts would accept an expired key anyway, and only kiln
 * would stop.
 * @throws KilnError `usage` if one of the files exists: nothing is ever overwritten
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
 * Checks that `kiln release` can sign with a private key that was made elsewhere, and writes its public
 * keyring into the same folder.
 * @throws KilnError `key-invalid`, or `usage` if the folder has another keyring
 */
export async function importKey(path: string, passphrase: string | undefined): Promise<KeyFiles> {
  const signer = await openSigner(await readKeyFile(path), { passphrase, where: path, now: new Date() });
  const keyring = join(dirname(path), keyringName);
  const present = await readFile(keyring).catch(() => undefined);
  if (!present?.equals(signer.keyring)) await createFile(keyring, signer.keyring);
  return { fingerprint: signer.fingerprint, privateKey: path, keyring };
}

/**
 * Writes a file that must not exist yet.
 * @throws KilnError `usage`
 */
async function createFile(path: string, bytes: Uint8Array | string, mode = 0o644): Promise<void> {
  await writeFile(path, bytes, { mode, flag: "wx" }).catch((cause: unknown) => {
    const exists = systemCode(cause) === "EEXIST";
    throw new KilnError("usage", {
      expected: exists ? `no file at ${path}` : `${path} to be writable`,
      found: exists
        ? "a file that may be somebody's key"
        : (describeSystemError(cause) ?? systemCode(cause) ?? "an error"),
      next: exists ? "choose another path, or move that file" : "choose a folder that you can write to",
      cause,
    });
  });
}
