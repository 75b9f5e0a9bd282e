import { readFile } from "node:fs/promises";
import { KilnError, describeSystemError, systemCode } from "@sysext-kiln/error";
import type { Key, PrivateKey } from "openpgp";

/**
 * The algorithms that gpgv 2.2 verifies, as openpgp names them: RSA, ed25519 and the NIST curves, in version
 * 4.
 */
const algorithms: readonly string[] = ["rsaEncryptSign", "rsaSign", "eddsaLegacy", "ecdsa"];

/**
 * Reads the file of a key.
 * @param where what error messages call it
 * @throws KilnError `key-invalid`, without a cause, which would contain the path
 */
export async function readKeyFile(path: string, where: string = path): Promise<Uint8Array> {
  return readFile(path).catch((error: unknown) => {
    throw new KilnError("key-invalid", {
      expected: `a readable key in ${where}`,
      found: describeSystemError(error) ?? systemCode(error) ?? "an error",
      next: "check the path and its permissions",
    });
  });
}

/**
 * Reads OpenPGP keys, public or private, armored (any number of blocks) or binary.
 * @param where what error messages call their source
 * @throws KilnError `key-invalid`, without a cause: the library's own messages may quote the text, which is
 * secret
 */
export async function readKeys(bytes: Uint8Array, where: string): Promise<Key[]> {
  const { readKeys: read } = await import("openpgp");
  const text = Buffer.from(bytes).toString("latin1");
  const blocks = armoredBlocks(text);
  try {
    if (blocks.length === 0) return await read({ binaryKeys: Uint8Array.from(bytes) });
    const keys = await Promise.all(blocks.map((armoredKeys) => read({ armoredKeys })));
    return keys.flat();
  } catch {
    throw new KilnError("key-invalid", {
      expected: `an OpenPGP key in ${where}, armored or binary`,
      found: blocks.length === 0 ? "no key" : "a damaged armored block",
      next: "export the key again: gpg --export-secret-keys --armor KEY, or ./kiln key new --output FILE",
    });
  }
}

/** The armored parts of a text. Takes one pass, even if many of them have no end. */
function armoredBlocks(text: string): string[] {
  const blocks: string[] = [];
  let position = 0;
  for (;;) {
    const start = text.indexOf("-----BEGIN PGP ", position);
    const end = start === -1 ? -1 : text.indexOf("-----END PGP ", start);
    if (end === -1) return blocks;
    const lineEnd = text.indexOf("\n", end);
    position = lineEnd === -1 ? text.length : lineEnd;
    blocks.push(text.slice(start, position));
  }
}

/**
 * Requires that a key can sign: its primary key or a subkey for signatures.
 * @throws KilnError `key-invalid` if none can, being expired, revoked, too short, or of a kind that hosts do
 * not support
 */
export async function requireSigningKey(key: PrivateKey, where: string, now: Date): Promise<void> {
  const signing = await key.getSigningKey(undefined, now).catch((error: unknown) => {
    // Unlike messages about reading a key, these contain only dates, lengths and key IDs.
    throw unusable(where, error instanceof Error ? error.message : "no key for signatures");
  });
  const { algorithm } = signing.getAlgorithmInfo();
  if (key.keyPacket.version !== 4) throw unusable(where, `a version ${key.keyPacket.version} key`);
  if (!algorithms.includes(algorithm)) throw unusable(where, `a key with the algorithm ${algorithm}`);
}

/**
 * Decrypts a key with its passphrase, if it has one.
 * @throws KilnError `key-invalid`, without a cause, which could reveal the secret
 */
export async function unlock(
  key: PrivateKey,
  { passphrase, where }: { passphrase: string | undefined; where: string },
): Promise<PrivateKey> {
  if (key.isDecrypted()) return key;
  if (passphrase === undefined) throw locked(where, "a key with a passphrase, and none was given");
  const { decryptKey } = await import("openpgp");
  return decryptKey({ privateKey: key, passphrase }).catch(() => {
    throw locked(where, "a wrong passphrase");
  });
}

function unusable(where: string, found: string): KilnError {
  return new KilnError("key-invalid", {
    expected: `a valid key in ${where} whose signatures gpgv 2.2 verifies (RSA with at least 2048 bits, ed25519, or a NIST curve)`,
    found,
    next: "create a key with ./kiln key new --output FILE; docs/signing.md explains how to change keys",
  });
}

function locked(where: string, found: string): KilnError {
  return new KilnError("key-invalid", {
    expected: `KILN_SIGNING_PASSPHRASE to decrypt the key in ${where}`,
    found,
    next: "set it to the key's passphrase",
  });
}
