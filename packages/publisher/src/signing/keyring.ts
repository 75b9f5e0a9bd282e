import { dirname, join, resolve } from "node:path";
import type { RepositorySettings } from "@sysext-kiln/extension";
import type { Key } from "openpgp";
import { readKeyFile, readKeys } from "./keys.ts";
import { checkSignature, signatureInvalid } from "./signature.ts";

/**
 * The file name of the public keyring, also on hosts: systemd-sysupdate reads
 * `/etc/systemd/import-pubring.gpg`.
 */
export const keyringName = "import-pubring.gpg";

/** Public keys to verify signatures with. */
export interface Keyring {
  /** The keyring as hosts need it: public halves only, binary. */
  bytes: Uint8Array;
  /** The fingerprints of the primary keys, in upper-case hex. */
  fingerprints: readonly string[];
  /** Each key by itself, as a binary keyring. */
  keys: readonly { fingerprint: string; bytes: Uint8Array }[];
  /**
   * Checks a binary detached signature.
   * @param what what error messages call the text
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
  return keyringOf(await readKeys(await readKeyFile(path), path), path);
}

/**
 * Reads the key that `kiln.yaml` announces as the next one; undefined if it announces none.
 * @param extensions the folder with the extensions, beside which `kiln.yaml` is
 * @throws KilnError `key-invalid`
 */
export async function configuredNextKey(
  extensions: string,
  { nextKey }: Pick<RepositorySettings, "nextKey">,
): Promise<Keyring | undefined> {
  if (nextKey === undefined) return undefined;
  return openKeyring(join(dirname(resolve(extensions)), nextKey));
}

/**
 * Parses a keyring, armored or binary.
 * @param where what error messages call its source
 * @throws KilnError `key-invalid`
 */
export async function parseKeyring(bytes: Uint8Array, where: string): Promise<Keyring> {
  return keyringOf(await readKeys(bytes, where), where);
}

/**
 * The public halves of the keys in files, as the binary keyring that gpgv and systemd-sysupdate read. While
 * one key is being replaced by another, the keyring has both.
 * @throws KilnError `key-invalid`
 */
export async function publicKeyring(paths: readonly string[]): Promise<Uint8Array> {
  const keyrings = await Promise.all(paths.map(openKeyring));
  return Buffer.concat(keyrings.map(({ bytes }) => bytes));
}

function keyringOf(keys: readonly Key[], where: string): Keyring {
  return {
    bytes: Buffer.concat(keys.map((key) => key.toPublic().write())),
    fingerprints: keys.map((key) => key.getFingerprint().toUpperCase()),
    keys: keys.map((key) => ({
      fingerprint: key.getFingerprint().toUpperCase(),
      bytes: key.toPublic().write(),
    })),
    async check(text, signature, what, now) {
      const result = await checkSignature(text, signature, keys, now);
      if (result.valid) return result.fingerprint;
      const ids = keys.map((key) => key.getKeyID().toHex().toUpperCase());
      throw signatureInvalid(
        `a valid signature of ${what} by ${ids.join(" or ")} from ${where}`,
        result.found,
      );
    },
  };
}
