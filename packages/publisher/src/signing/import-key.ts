import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createFile } from "./create-file.ts";
import { keyringName } from "./names.ts";
import type { KeyFiles } from "./new-key.ts";
import { readKeyFile } from "./read-key-file.ts";
import { openSigner } from "./signer.ts";

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
