import { KilnError } from "@sysext-kiln/error";
import type { PrivateKey, PublicKey, Subkey } from "openpgp";

/** What gpgv 2.2 verifies, in the library's names: RSA, ed25519 and the NIST curves, in version 4. */
const algorithms: readonly string[] = ["rsaEncryptSign", "rsaSign", "eddsaLegacy", "ecdsa"];

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
