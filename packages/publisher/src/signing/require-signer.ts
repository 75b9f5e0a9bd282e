import { KilnError } from "@sysext-kiln/error";
import type { ReleaseHost } from "@sysext-kiln/release-host";
import { signatureName } from "./names.ts";
import type { Signer } from "./signer.ts";

/**
 * Refuses to go on without a key where hosts are used to signatures: they would refuse the next directory, and nobody
 * would hear of it. A secret that is gone from a CI job is an empty variable, which is no error by itself.
 * @throws KilnError `key-missing`
 */
export async function requireSigner(host: ReleaseHost, signer: Signer | undefined): Promise<void> {
  if (signer) return;
  const latest = (await host.list()).find((release) => release.latest && !release.draft);
  if (!latest?.assets.some(({ name }) => name === signatureName)) return;
  throw new KilnError("key-missing", {
    expected: `KILN_SIGNING_KEY or KILN_SIGNING_KEY_FILE, as the update directory of ${host.name} is signed`,
    found: "neither",
    next: `set the key; to end signing, let hosts stop verifying first, and then remove the release ${latest.tag}`,
  });
}
