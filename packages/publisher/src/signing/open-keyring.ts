import { KilnError } from "@sysext-kiln/error";
import type { Key } from "openpgp";
import { checkSignature } from "./check-signature.ts";
import { readKeysOf } from "./read-key-file.ts";
import { readKeys } from "./read-keys.ts";

/** Public keys that somebody trusts. */
export interface Keyring {
  /** The keyring as hosts need it: public halves only, binary. */
  bytes: Uint8Array;
  /** Of the primary keys, in upper-case hex. */
  fingerprints: string[];
  /**
   * @param what how messages name the text
   * @returns the fingerprint of the key that signed it
   * @throws KilnError `signature-invalid`
   */
  check(text: Uint8Array, signature: Uint8Array, what: string, now: Date): Promise<string>;
}

/**
 * Reads a keyring, armored or binary.
 * @throws KilnError `key-invalid`
 */
export async function openKeyring(path: string): Promise<Keyring> {
  return keyringOf(await readKeysOf(path), path);
}

/**
 * Takes bytes for a keyring.
 * @param where how messages name what holds them
 * @throws KilnError `key-invalid`
 */
export async function parseKeyring(bytes: Uint8Array, where: string): Promise<Keyring> {
  return keyringOf(await readKeys(bytes, where), where);
}

function keyringOf(keys: readonly Key[], where: string): Keyring {
  return {
    bytes: Buffer.concat(keys.map((key) => key.toPublic().write())),
    fingerprints: keys.map((key) => key.getFingerprint().toUpperCase()),
    async check(text, signature, what, now) {
      const result = await checkSignature(text, signature, keys, now);
      if (result.good) return result.fingerprint;
      const ids = keys.map((key) => key.getKeyID().toHex().toUpperCase());
      throw signatureInvalid(`a good signature of ${what} by ${ids.join(" or ")} of ${where}`, result.found);
    },
  };
}

export function signatureInvalid(expected: string, found: string): KilnError {
  return new KilnError("signature-invalid", {
    expected,
    found,
    next: "do not let hosts update from here before it is known why; docs/signing.md says how keys are changed",
  });
}
