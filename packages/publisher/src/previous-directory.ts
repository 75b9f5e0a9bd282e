import { hash } from "node:crypto";
import { type Definition, isIndexName, parseIndex, type ReleaseIndex } from "@sysext-kiln/extension";
import { isKilnError, KilnError } from "@sysext-kiln/error";
import {
  isRecordsName,
  type OfferedRecords,
  type OfferedReleases,
  parseRecords,
  policyDigest,
  type Release,
  type ReleaseStore,
} from "@sysext-kiln/release-store";
import { manifestName, parseManifest, type ManifestEntry } from "./manifest.ts";
import { hasAsset, isAuthentic, type Trust } from "./signing/trust.ts";
import { updateDirectoriesIn, updatesNumber } from "./update-releases.ts";

/** What an update directory contains. */
export interface DirectoryContents {
  manifest: string;
  /** The images that it offers, as `lineOf` writes them. */
  lines: ReadonlySet<string>;
  /** Undefined if an older kiln published it. */
  index: ReleaseIndex | undefined;
  /** The release records for the next watch; undefined if an older kiln published it. */
  records: OfferedRecords | undefined;
}

/**
 * Reads an update directory; undefined if it is damaged, or if none of the repository's keys has signed it and
 * `kiln.yaml` does not adopt it. So whoever can write releases, but does not have the key, cannot begin a
 * rollout anew, or have anything offered.
 */
export type ReadDirectory = (directory: Release) => Promise<DirectoryContents | undefined>;

/** Opens a reader that reads each update directory only once. */
export function directoryReader(store: ReleaseStore, trust: Trust): ReadDirectory {
  const reads = new Map<string, Promise<DirectoryContents | undefined>>();
  return (directory) => {
    const present = reads.get(directory.id) ?? readDirectory(store, directory, trust);
    reads.set(directory.id, present);
    // A failed request is sent again when the directory is needed again.
    present.catch(() => reads.delete(directory.id));
    return present;
  };
}

/**
 * The update directory that the next one continues: the newest one that can be read. One with an index is
 * preferred, because that states its number: one without it may be an older one under a new tag.
 */
export async function readPrevious(
  releases: readonly Release[],
  read: ReadDirectory,
): Promise<DirectoryContents | undefined> {
  let withoutIndex: DirectoryContents | undefined;
  for (const directory of updateDirectoriesIn(releases).toReversed()) {
    const contents = await read(directory);
    if (contents?.index) return contents;
    withoutIndex ??= contents;
  }
  return withoutIndex;
}

/**
 * What hosts are offered, if it says which releases there are: the repository itself must have offered it, and by the
 * policies of today. Otherwise all releases have to be listed.
 */
export async function currentOffer(
  offered: OfferedReleases | undefined,
  definitions: readonly Definition[],
  read: ReadDirectory,
): Promise<readonly Release[] | undefined> {
  const [latest] = offered?.releases ?? [];
  if (latest === undefined || offered?.policy !== policyDigest(definitions)) return undefined;
  return (await read(latest)) === undefined ? undefined : offered.releases;
}

/** What a damaged update directory causes while it is read. */
const damage = ["document-invalid", "digest-mismatch", "manifest-invalid", "not-published"] as const;

async function readDirectory(
  store: ReleaseStore,
  directory: Release,
  trust: Trust,
): Promise<DirectoryContents | undefined> {
  if (!hasAsset(directory, manifestName)) return undefined;
  try {
    const manifest = await store.readText(directory, manifestName);
    if (!(await isAuthentic(store, directory, manifest, trust))) return undefined;
    return await readContents(store, directory, manifest);
  } catch (error) {
    if (damage.some((code) => isKilnError(error, code))) return undefined;
    throw error;
  }
}

/** @throws KilnError `document-invalid`, `digest-mismatch`, `manifest-invalid`, `not-published` */
async function readContents(
  store: ReleaseStore,
  directory: Release,
  manifest: string,
): Promise<DirectoryContents> {
  const entries = parseManifest(manifest, `${directory.tag}/${manifestName}`);
  const indexEntry = entries.find(({ name }) => isIndexName(name));
  const index = indexEntry && (await readIndex(store, directory, indexEntry));
  const recordsEntry = entries.find(({ name }) => isRecordsName(name));
  const records =
    recordsEntry &&
    parseRecords(await readListed(store, directory, recordsEntry), `${directory.tag}/${recordsEntry.name}`);
  const lines = new Set([...entries, ...(index?.images ?? [])].map(lineOf));
  return { manifest, lines, index, records };
}

async function readIndex(
  store: ReleaseStore,
  directory: Release,
  entry: ManifestEntry,
): Promise<ReleaseIndex> {
  const where = `${directory.tag}/${entry.name}`;
  const index = parseIndex(await readListed(store, directory, entry), where);
  const number = updatesNumber(directory.tag);
  // Somebody may have published an older one, with its signature, under a new tag.
  if (index.number !== number)
    throw differs(`${where} on ${store.name} to have the number ${number}`, String(index.number));
  return index;
}

/** The text of a file that the manifest lists. */
async function readListed(
  store: ReleaseStore,
  directory: Release,
  { name, sha256 }: ManifestEntry,
): Promise<string> {
  const text = await store.readText(directory, name);
  const found = hash("sha256", text);
  if (found === sha256) return text;
  throw differs(`${directory.tag}/${name} on ${store.name} to have the SHA-256 ${sha256}`, found);
}

function differs(expected: string, found: string): KilnError {
  const next = "find out who changed it; the next run of kiln release publishes another update directory";
  return new KilnError("digest-mismatch", { expected, found, next });
}

/** An image, by its digest and its name. */
export function lineOf({ name, sha256 }: ManifestEntry): string {
  return `${sha256} ${name}`;
}
