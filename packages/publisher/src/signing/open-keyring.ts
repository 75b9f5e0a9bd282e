import { KilnError } from "@sysext-kiln/error";
import { checkSignature } from "./check-signature.ts";
import { readKeysOf } from "./read-key-file.ts";

/** Public keys that somebody trusts. */
export interface Keyring {
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
  const keys = await readKeysOf(path);
  return {
    async check(text, signature, what, now) {
      const result = await checkSignature(text, signature, keys, now);
      if (result.good) return result.fingerprint;
      const ids = keys.map((key) => key.getKeyID().toHex().toUpperCase());
      throw signatureInvalid(`a good signature of ${what} by ${ids.join(" or ")} of ${path}`, result.found);
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
