import { KilnError } from "@sysext-kiln/error";
import {
  architectures,
  buildRecordName,
  type Definition,
  imageName,
  type IndexedImage,
} from "@sysext-kiln/extension";
import {
  publishedVersions,
  type PublishedVersion,
  type Release,
  type ReleaseStore,
} from "@sysext-kiln/release-store";
import { whyDamaged } from "./current-directory.ts";
import { manifestName, parseReleaseManifest } from "./manifest.ts";
import { requireUnchanged } from "./offers.ts";
import { directoryReader, type ReadDirectory, readPrevious } from "./previous-directory.ts";
import { keyringName } from "./signing/keyring.ts";
import { signatureName } from "./signing/signature.ts";
import { checksSignatures, hasAsset, isAuthentic, type Trust } from "./signing/trust.ts";
import { isDamage } from "./trusted-images.ts";
import { newestUpdateDirectory } from "./update-releases.ts";

export interface AuditOptions extends Trust {
  /** Of the releases that hosts are not offered, how many manifests to read. */
  portion?: number;
}

/** What an audit has found. */
export interface Audit {
  /** How many permanent releases there are. */
  releases: number;
  /** How many of their manifests were read. */
  read: number;
  /** One for each release that is not as it was published. */
  problems: readonly KilnError[];
}

const day = 24 * 60 * 60 * 1000;

/**
 * Checks that the permanent releases are as they were published: each of them by the list of its assets; those that
 * hosts are offered also by the digests in the index; and of the others, a different portion each day by their
 * manifests and signatures, because each of these takes two requests.
 * @param releases what the store has now
 */
export async function auditReleases(
  store: ReleaseStore,
  releases: readonly Release[],
  definitions: readonly Definition[],
  { portion = 200, ...trust }: AuditOptions,
): Promise<Audit> {
  const offered = (await readPrevious(releases, directoryReader(store, trust)))?.index?.images ?? [];
  const versions = definitions
    .flatMap((definition) =>
      publishedVersions(definition, releases).map((version) => ({ ...version, definition })),
    )
    .toSorted((left, right) => (left.release.tag < right.release.tag ? -1 : 1));
  const others = versions.filter(({ release }) => offered.every(({ tag }) => tag !== release.tag));
  const portions = Math.max(1, Math.ceil(others.length / portion));
  const today = Math.floor(trust.now.getTime() / day) % portions;
  const read = new Set(others.slice(today * portion, (today + 1) * portion));
  const problems: KilnError[] = [];
  for (const version of versions) {
    try {
      requireComplete(version);
      requireOffered(version, offered);
      if (read.has(version)) await requireManifest(store, version, trust);
    } catch (error) {
      if (!isDamage(error)) throw error;
      problems.push(error);
    }
  }
  return { releases: versions.length, read: read.size, problems };
}

/** Why the update directory that was published last is not as it was published, or not where hosts look for it. */
export async function latestDamage(
  releases: readonly Release[],
  read: ReadDirectory,
): Promise<string | undefined> {
  const newest = newestUpdateDirectory(releases);
  if (newest === undefined) return undefined;
  const damage = whyDamaged(newest, await read(newest));
  return damage ?? (newest.latest ? undefined : `hosts are not directed to ${newest.tag}`);
}

interface AuditedVersion extends PublishedVersion {
  definition: Definition;
}

const next =
  "find out who changed it. Hosts refuse an image whose digest has changed. To offer the version again, remove the release: kiln then builds its next revision";

function changed(expected: string, found: string): KilnError {
  return new KilnError("digest-mismatch", { expected, found, next });
}

/** @throws KilnError `digest-mismatch` if the list of assets lacks something that kiln publishes */
function requireComplete({ definition, version, release, record }: AuditedVersion): void {
  const { tag, assets } = release;
  if (record === undefined)
    throw changed(`the release record in the notes of ${tag}`, "none, or one that was edited");
  const built = architectures.filter((architecture) => record.fingerprints[architecture] !== undefined);
  const expected = built.flatMap((architecture) => [
    imageName(definition, version, architecture),
    buildRecordName(definition, version, architecture),
  ]);
  const missing = [...expected, manifestName].filter((name) => !hasAsset(release, name));
  if (missing.length === 0) return;
  throw changed(
    `${missing.join(" and ")} in the release ${tag}`,
    assets.map(({ name, complete }) => (complete ? name : `a part of ${name}`)).join(", ") || "no asset",
  );
}

/** @throws KilnError `not-published`, `digest-mismatch` */
function requireOffered({ release }: AuditedVersion, offered: readonly IndexedImage[]): void {
  for (const image of offered) if (image.tag === release.tag) requireUnchanged(release, image);
}

/** @throws KilnError `manifest-invalid`, `digest-mismatch` */
async function requireManifest(
  store: ReleaseStore,
  { release }: AuditedVersion,
  trust: Trust,
): Promise<void> {
  const { tag, assets } = release;
  const manifest = await store.readText(release, manifestName);
  const entries = parseReleaseManifest(manifest, `${tag}/${manifestName}`);
  for (const { name, sha256 } of entries) {
    const asset = assets.find((one) => one.name === name && one.complete);
    if (asset === undefined)
      throw changed(`${name} in the release ${tag}, as its manifest states`, "no such asset");
    if ((asset.sha256 ?? sha256) !== sha256)
      throw changed(`${name} of the release ${tag} to have the SHA-256 ${sha256}`, asset.sha256 ?? "");
  }
  const known = new Set([...entries.map(({ name }) => name), manifestName, signatureName, keyringName]);
  const added = assets.filter(({ name }) => !known.has(name));
  if (added.length > 0)
    throw changed(`only what the manifest of ${tag} lists`, added.map(({ name }) => name).join(", "));
  // A release that is older than the key has no signature.
  if (!checksSignatures(trust) || !hasAsset(release, signatureName)) return;
  if (!(await isAuthentic(store, release, manifest, trust)))
    throw changed(`a signature of ${tag}/${manifestName} by a key of this repository`, "another one");
}
