import { basename } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { updateDirectoryPath } from "@sysext-kiln/extension";
import { bestBeforeOf } from "../best-before.ts";
import { manifestName, parseManifest, parseReleaseManifest } from "../manifest.ts";
import type { Keyring } from "../signing/keyring.ts";
import { signatureName } from "../signing/signature.ts";
import { isUpdatesTag } from "../updates.ts";
import { verifyFile, type VerifiedFile } from "./file.ts";
import { signatureMissing } from "./signature.ts";
import { readBytes, readIfPublished, type Source } from "./source.ts";

export interface VerifyOptions {
  /** The keys that manifests have to be signed by; without it, signatures are not looked at. */
  keyring?: Keyring | undefined;
  now?: Date;
}

/**
 * Reads everything that is published, and checks it as a host would: each manifest's format and files, and what hosts are
 * offered by its signature and its best-before date. Permanent releases are checked by their signatures too, if they have
 * one: those from before there was a key have none, and never will. Update directories of before are kept only for hosts
 * that are in the middle of reading one, and may be older than a key or a date: of them the files are checked.
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
    const signedBy = await signerOf(source, folder, manifest, { keyring, now });
    const parse = isPermanent(folder) ? parseReleaseManifest : parseManifest;
    const entries = parse(manifest.toString("utf8"), where);
    if (folder === updateDirectoryPath) for (const { name } of entries) refuseExpired(name, where, now);
    const files = entries.filter(({ name }) => !bestBeforeOf(name));
    for (const entry of files) verified.push({ ...(await verifyFile(source, folder, entry)), signedBy });
  }
  refuseOtherBytes(source, verified);
  return verified;
}

/** The tags of permanent releases without a signature, where signatures were checked. */
export function unsignedReleases(files: readonly VerifiedFile[]): string[] {
  const unsigned = files.filter(({ folder, signedBy }) => signedBy === undefined && isPermanent(folder));
  return [...new Set(unsigned.map(({ folder }) => basename(folder)))];
}

/** Whether a folder is the permanent release of a version, and not an update directory. */
function isPermanent(folder: string): boolean {
  return folder !== updateDirectoryPath && !isUpdatesTag(basename(folder));
}

async function signerOf(
  source: Source,
  folder: string,
  manifest: Uint8Array,
  { keyring, now }: { keyring: Keyring | undefined; now: Date },
): Promise<string | undefined> {
  if (keyring === undefined || isUpdatesTag(basename(folder))) return undefined;
  const signature = await readIfPublished(source, `${folder}/${signatureName}`);
  if (signature) return keyring.check(manifest, signature, `${source.name}/${folder}`, now);
  if (isPermanent(folder)) return undefined;
  throw signatureMissing(source, folder);
}

/** A name stands for the same bytes everywhere: this is what vouches for a release that is older than its key. */
function refuseOtherBytes(source: Source, files: readonly VerifiedFile[]): void {
  const offered = new Map(
    files.filter(({ folder }) => folder === updateDirectoryPath).map((file) => [file.name, file]),
  );
  for (const { name, folder, sha256 } of files) {
    const expected = offered.get(name);
    if (!expected || expected.sha256 === sha256 || !isPermanent(folder)) continue;
    throw new KilnError("digest-mismatch", {
      expected: `${folder}/${name} of ${source.name} to be what hosts update to, with SHA-256 ${expected.sha256}`,
      found: sha256,
      next: "do not install from this release before it is known who changed it",
    });
  }
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
