import { isKilnError } from "@sysext-kiln/error";
import type { Keyring } from "../signing/keyring.ts";
import { signatureInvalid, signatureName } from "../signing/signature.ts";
import { readBytes, type Source } from "./source.ts";

/**
 * Checks the signature of a folder's manifest.
 * @returns the fingerprint of the key that signed it
 * @throws KilnError `signature-invalid`, also where there is no signature
 */
export async function verifySignature(
  source: Source,
  folder: string,
  manifest: Uint8Array,
  { keyring, now }: { keyring: Keyring; now: Date },
): Promise<string> {
  const path = `${folder}/${signatureName}`;
  const signature = await readBytes(source, path).catch((error: unknown) => {
    if (!isKilnError(error, "not-published")) throw error;
    throw signatureInvalid(`the signature ${path} of ${source.name}`, "none");
  });
  return keyring.check(manifest, signature, `${source.name}/${folder}`, now);
}
