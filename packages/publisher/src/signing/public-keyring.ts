import { readKeysOf } from "./read-key-file.ts";

/**
 * The public halves of the keys in files, as the binary keyring that gpgv and systemd-sysupdate read. While keys are
 * changed it holds two.
 * @throws KilnError `key-invalid`
 */
export async function publicKeyring(paths: readonly string[]): Promise<Uint8Array> {
  const keys = await Promise.all(paths.map(readKeysOf));
  return Buffer.concat(keys.flat().map((key) => key.toPublic().write()));
}
