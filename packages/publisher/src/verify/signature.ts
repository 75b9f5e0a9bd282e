import type { KilnError } from "@sysext-kiln/error";
import type { Keyring } from "../signing/keyring.ts";
import { signatureInvalid, signatureName } from "../signing/signature.ts";
import { readIfPublished, type Source } from "./source.ts";

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
  const signature = await readIfPublished(source, `${folder}/${signatureName}`);
  if (!signature) throw signatureMissing(source, folder);
  return keyring.check(manifest, signature, `${source.name}/${folder}`, now);
}

export function signatureMissing(source: Source, folder: string): KilnError {
  return signatureInvalid(`the signature ${folder}/${signatureName} of ${source.name}`, "none");
}
