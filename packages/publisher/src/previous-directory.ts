import { hash } from "node:crypto";
import { isIndexName, parseIndex, type ReleaseIndex } from "@sysext-kiln/extension";
import { isKilnError, KilnError } from "@sysext-kiln/error";
import { type Release, type ReleaseStore } from "@sysext-kiln/release-store";
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
  const lines = new Set([...entries, ...(index?.images ?? [])].map(lineOf));
  return { manifest, lines, index };
}

async function readIndex(
  store: ReleaseStore,
  directory: Release,
  { name, sha256 }: ManifestEntry,
): Promise<ReleaseIndex> {
  const text = await store.readText(directory, name);
  const found = hash("sha256", text);
  const differs = (expected: string, actual: string) =>
    new KilnError("digest-mismatch", {
      expected: `${directory.tag}/${name} on ${store.name} to have ${expected}`,
      found: actual,
      next: "find out who changed it; the next run of kiln release publishes another update directory",
    });
  if (found !== sha256) throw differs(`the SHA-256 ${sha256}`, found);
  const index = parseIndex(text, `${directory.tag}/${name}`);
  // Somebody may have published an older one, with its signature, under a new tag.
  if (index.number !== updatesNumber(directory.tag))
    throw differs(`the number ${updatesNumber(directory.tag)}`, String(index.number));
  return index;
}

/** An image, by its digest and its name. */
export function lineOf({ name, sha256 }: ManifestEntry): string {
  return `${sha256} ${name}`;
}
