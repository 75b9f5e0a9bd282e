import { openKeyring } from "./open-keyring.ts";

/**
 * The public halves of the keys in files, as the binary keyring that gpgv and systemd-sysupdate read. While keys are
 * changed it holds two.
 * @throws KilnError `key-invalid`
 */
export async function publicKeyring(paths: readonly string[]): Promise<Uint8Array> {
  const keyrings = await Promise.all(paths.map(openKeyring));
  return Buffer.concat(keyrings.map(({ bytes }) => bytes));
}
