import { basename } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { bestBeforeOf } from "../best-before.ts";
import { manifestName, parseManifest } from "../manifest.ts";
import type { Keyring } from "../signing/keyring.ts";
import { isUpdatesTag } from "../updates.ts";
import { verifyFile, type VerifiedFile } from "./file.ts";
import { verifySignature } from "./signature.ts";
import { readBytes, type Source } from "./source.ts";

export interface VerifyOptions {
  /** The keys that manifests have to be signed by; without it, signatures are not looked at. */
  keyring?: Keyring | undefined;
  now?: Date;
}

/**
 * Reads everything that a host would, and checks it as the host would: the manifest's format, its signature, its
 * best-before date, and each file's digest. Update directories of before are kept for hosts in the middle of one only,
 * and may be older than a key or a date: of them the files are checked.
 * @throws KilnError `not-published`, `manifest-invalid`, `manifest-expired`, `signature-invalid`, `digest-mismatch`,
 * `network-unreachable`
 */
export async function verify(
  source: Source,
  { keyring, now = new Date() }: VerifyOptions = {},
): Promise<VerifiedFile[]> {
  const verified: VerifiedFile[] = [];
  for (const folder of await source.folders()) {
    const where = `${source.name}/${folder}/${manifestName}`;
    const manifest = await readBytes(source, `${folder}/${manifestName}`);
    const isOffered = !isUpdatesTag(basename(folder));
    const isChecked = keyring !== undefined && isOffered;
    const signedBy = isChecked
      ? await verifySignature(source, folder, manifest, { keyring, now })
      : undefined;

    const entries = parseManifest(manifest.toString("utf8"), where);
    if (isOffered) for (const { name } of entries) refuseExpired(name, where, now);
    const files = entries.filter(({ name }) => !bestBeforeOf(name));
    for (const entry of files) verified.push({ ...(await verifyFile(source, folder, entry)), signedBy });
  }
  return verified;
}

function refuseExpired(name: string, where: string, now: Date): void {
  const date = bestBeforeOf(name);
  if (!date || date >= now) return;
  throw new KilnError("manifest-expired", {
    expected: `${where} to be used before ${date.toISOString()}`,
    found: `the time ${now.toISOString()}`,
    next: "run ./kiln release, which publishes it again with another date; hosts refuse it until then",
  });
}
