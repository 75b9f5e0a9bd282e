import { KilnError } from "@sysext-kiln/error";
import type { Settings } from "@sysext-kiln/machine";
import { readKeyFile } from "./read-key-file.ts";
import { openSigner, type Signer } from "./signer.ts";

type SigningSettings = Pick<Settings, "signingKey" | "signingKeyFile" | "signingPassphrase">;

/**
 * The signer that the environment configures; undefined where it names no key.
 * @throws KilnError `key-invalid`
 */
export async function configuredSigner(
  { signingKey, signingKeyFile, signingPassphrase: passphrase }: SigningSettings,
  now: Date = new Date(),
): Promise<Signer | undefined> {
  if (signingKey !== undefined && signingKeyFile !== undefined) {
    throw new KilnError("key-invalid", {
      expected: "one signing key",
      found: "both KILN_SIGNING_KEY and KILN_SIGNING_KEY_FILE",
      next: "unset one of them",
    });
  }
  if (signingKey !== undefined)
    return openSigner(Buffer.from(signingKey), { passphrase, where: "KILN_SIGNING_KEY", now });
  if (signingKeyFile === undefined) return undefined;
  // Not the path: a key that was put into the wrong variable would be printed.
  const where = "the file that KILN_SIGNING_KEY_FILE names";
  return openSigner(await readKeyFile(signingKeyFile, where), { passphrase, where, now });
}
