import { readFile } from "node:fs/promises";
import { KilnError, describeSystemError, systemCode } from "@sysext-kiln/error";
import type { Key, PrivateKey, PublicKey, Subkey } from "openpgp";

/** What gpgv 2.2 verifies, in the library's names: RSA, ed25519 and the NIST curves, in version 4. */
const algorithms: readonly string[] = ["rsaEncryptSign", "rsaSign", "eddsaLegacy", "ecdsa"];

/**
 * The bytes of a file that a person named as a key.
 * @param where how messages name it; there is no cause, which would name the path
 * @throws KilnError `key-invalid`
 */
export async function readKeyFile(path: string, where: string = path): Promise<Uint8Array> {
  return readFile(path).catch((error: unknown) => {
    throw new KilnError("key-invalid", {
      expected: `a key that can be read in ${where}`,
      found: describeSystemError(error) ?? systemCode(error) ?? "an error",
      next: "check the path and who may read it",
    });
  });
}

/**
 * Reads OpenPGP keys, public or private, armored (any number of blocks) or binary.
 * @param where how messages name what holds them
 * @throws KilnError `key-invalid`, without a cause: the library's own messages may quote the text, which is secret
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
      found: blocks.length === 0 ? "no key in it" : "a damaged armored block",
      next: "export the key again: gpg --export-secret-keys --armor KEY, or ./kiln key new --output FILE",
    });
  }
}

/** The parts of a text that are armored. In one pass, however many of them have no end. */
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
 * The part of a key that signs: itself, or its newest subkey for signatures.
 * @throws KilnError `key-invalid` where none can: expired, revoked, too short, or of a kind that hosts do not know
 */
export async function signingKeyOf(key: PrivateKey, where: string, now: Date): Promise<PublicKey | Subkey> {
  const signing = await key.getSigningKey(undefined, now).catch((error: unknown) => {
    // These messages are about dates, lengths and key IDs; those about reading the key are another matter.
    throw unusable(where, error instanceof Error ? error.message : "no such key");
  });
  const { algorithm } = signing.getAlgorithmInfo();
  if (key.keyPacket.version !== 4) throw unusable(where, `a key of version ${key.keyPacket.version}`);
  if (!algorithms.includes(algorithm)) throw unusable(where, `a key of the kind ${algorithm}`);
  return signing;
}

/**
 * Makes a key ready to sign with its passphrase, if it has one.
 * @throws KilnError `key-invalid`, without a cause: it is about a secret
 */
export async function unlock(
  key: PrivateKey,
  { passphrase, where }: { passphrase: string | undefined; where: string },
): Promise<PrivateKey> {
  if (key.isDecrypted()) return key;
  if (passphrase === undefined) throw locked(where, "no passphrase, and a key that is protected by one");
  const { decryptKey } = await import("openpgp");
  return decryptKey({ privateKey: key, passphrase }).catch(() => {
    throw locked(where, "a passphrase that does not open it");
  });
}

function unusable(where: string, found: string): KilnError {
  return new KilnError("key-invalid", {
    expected: `a key in ${where} that can sign today so that gpgv 2.2 verifies it (RSA of 2048 bits or more, ed25519, NIST)`,
    found,
    next: "docs/signing.md says how to change keys; ./kiln key new --output FILE makes one",
  });
}

function locked(where: string, found: string): KilnError {
  return new KilnError("key-invalid", {
    expected: `KILN_SIGNING_PASSPHRASE to open the key in ${where}`,
    found,
    next: "set it to the key's passphrase",
  });
}
