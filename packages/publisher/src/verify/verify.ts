import { createHash } from "node:crypto";
import { basename } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { updateDirectoryPath } from "@sysext-kiln/extension";
import { formatBytes, type Say } from "@sysext-kiln/machine";
import { bestBeforeOf } from "../best-before.ts";
import { manifestName, parseManifest, parseReleaseManifest, type ManifestEntry } from "../manifest.ts";
import type { Keyring } from "../signing/keyring.ts";
import { signatureInvalid, signatureName } from "../signing/signature.ts";
import { isUpdatesTag } from "../update-releases.ts";
import { publishedIndex } from "./published-index.ts";
import { readAtMost, readBytes, readIfPublished, type Source } from "./source.ts";

export interface VerifyOptions {
  /** The keys of which one must have signed each manifest; if undefined, signatures are not checked. */
  keyring?: Keyring | undefined;
  now?: Date;
  /** Receives lines about what is being read, and how much of it has been. */
  say?: Say;
}

/** A file whose content matches its manifest. */
export interface VerifiedFile extends ManifestEntry {
  folder: string;
  size: number;
  /** The fingerprint of the key that signed the manifest; undefined if that was not checked. */
  signedBy?: string | undefined;
}

/**
 * Reads everything that is published and checks it as a host would: the format and the files of each
 * manifest, and for the update directory also its signature, its best-before date and its index. A permanent
 * release's signature is checked if it has one; a release that is older than the key has none. Of earlier update
 * directories only the files are checked: these directories are kept only for hosts that are still reading
 * them, and may be older than a key or have expired.
 * @throws KilnError `not-published`, `manifest-invalid`, `manifest-expired`, `signature-invalid`,
 * `digest-mismatch`, `network-unreachable`
 */
export async function verify(
  source: Source,
  { keyring, now = new Date(), say = () => undefined }: VerifyOptions = {},
): Promise<VerifiedFile[]> {
  const verified: VerifiedFile[] = [];
  const offered: ManifestEntry[] = [];
  for (const folder of await source.folders()) {
    const where = `${source.name}/${folder}/${manifestName}`;
    say(`reading ${folder}/${manifestName}`);
    const manifest = await readBytes(source, `${folder}/${manifestName}`);
    const signedBy = await signerOf(source, folder, manifest, { keyring, now });
    const parse = isPermanent(folder) ? parseReleaseManifest : parseManifest;
    const entries = parse(manifest.toString("utf8"), where);
    const files = entries.filter(({ name }) => !bestBeforeOf(name));
    for (const entry of files) verified.push({ ...(await verifyFile(source, folder, entry, say)), signedBy });
    if (folder !== updateDirectoryPath) continue;
    for (const { name } of entries) requireNotExpired(bestBeforeOf(name), where, now);
    const index = await publishedIndex(source, entries);
    const expires = index?.expires === undefined ? undefined : new Date(index.expires * 1000);
    requireNotExpired(expires, `the index of ${source.name}`, now);
    offered.push(...entries, ...(index?.images ?? []));
  }
  requireEqualBytes(source, verified, offered);
  return verified;
}

/** The tags of permanent releases without a signature, if signatures were checked. */
export function unsignedReleases(files: readonly VerifiedFile[]): string[] {
  const unsigned = files.filter(({ folder, signedBy }) => signedBy === undefined && isPermanent(folder));
  return [...new Set(unsigned.map(({ folder }) => basename(folder)))];
}

/**
 * Checks the signature of a folder's manifest.
 * @returns the fingerprint of the key that signed it
 * @throws KilnError `signature-invalid`, also if there is no signature
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

/** Whether a folder is the permanent release of a version rather than an update directory. */
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

/** Ten times the size of an extension with a complete toolchain, in bytes. */
const maxImageBytes = 16 * 1024 ** 3;

/** The first bytes of a squashfs image. */
const squashfsMagic = "hsqs";

async function verifyFile(
  source: Source,
  folder: string,
  entry: ManifestEntry,
  say: Say,
): Promise<VerifiedFile> {
  const where = `${folder}/${entry.name} of ${source.name}`;
  const next = "do not let hosts update from here until you know who changed the file";
  const hash = createHash("sha256");
  let size = 0;
  let start = Buffer.alloc(0);
  for await (const chunk of readAtMost(source, `${folder}/${entry.name}`, maxImageBytes)) {
    hash.update(chunk);
    size += chunk.length;
    say(`reading ${folder}/${entry.name}, ${formatBytes(size)}`);
    if (start.length < squashfsMagic.length) start = Buffer.concat([start, chunk.subarray(0, 8)]);
  }
  const found = hash.digest("hex");
  if (found !== entry.sha256)
    throw new KilnError("digest-mismatch", {
      expected: `${where} to have the SHA-256 ${entry.sha256}`,
      found,
      next,
    });
  if (entry.name.endsWith(".raw") && !start.toString("latin1").startsWith(squashfsMagic))
    throw new KilnError("digest-mismatch", {
      expected: `${where} to be a squashfs image`,
      found: "another kind of file",
      next,
    });
  return { ...entry, folder, size };
}

/**
 * Requires that images of permanent releases are the same as those of that name that the update directory has
 * or that its index lists. This is what protects a release that is older than its key.
 */
function requireEqualBytes(
  source: Source,
  files: readonly VerifiedFile[],
  offered: readonly ManifestEntry[],
): void {
  const latest = new Map(offered.map((entry) => [entry.name, entry]));
  for (const { name, folder, sha256 } of files) {
    const expected = latest.get(name);
    if (!expected || expected.sha256 === sha256 || !isPermanent(folder)) continue;
    throw new KilnError("digest-mismatch", {
      expected: `${folder}/${name} of ${source.name} to be what hosts update to, with the SHA-256 ${expected.sha256}`,
      found: sha256,
      next: "do not install from this release until you know who changed it",
    });
  }
}

function requireNotExpired(date: Date | undefined, where: string, now: Date): void {
  if (!date || date >= now) return;
  throw new KilnError("manifest-expired", {
    expected: `${where} to be used before ${date.toISOString()}`,
    found: `the time ${now.toISOString()}`,
    next: "run ./kiln release, which publishes it again with a later date; until then hosts refuse it",
  });
}
