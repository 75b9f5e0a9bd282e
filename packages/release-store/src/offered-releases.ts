import { hash } from "node:crypto";
import { isKilnError, KilnError } from "@sysext-kiln/error";
import {
  type Definition,
  indexName,
  type IndexedImage,
  parseDocument,
  parseIndex,
} from "@sysext-kiln/extension";
import { z } from "zod";
import { formatReleaseRecord, releaseRecordSchema, type ReleaseRecord } from "./release-record.ts";
import type { Release, ReleaseStore } from "./release-store.ts";

// An update directory has a second file about the releases, for the watch: with it, a watch reads a few files
// of one release, instead of a list of all releases, which takes about 25 kB for each release on GitHub.

const recordsSchema = z.object({
  format: z.literal(1),
  /** The digest of the policies that selected the versions. */
  policy: z.hash("sha256"),
  /** By tag, of the newest version of each series. */
  releases: z.record(z.string(), releaseRecordSchema),
});
export type OfferedRecords = Omit<z.infer<typeof recordsSchema>, "format">;

/** The file name of the records in an update directory. */
export function recordsName(number: number): string {
  return `kiln-records-${number}.json`;
}

/** Whether a file name is that of the records. */
export function isRecordsName(name: string): boolean {
  return /^kiln-records-[1-9]\d{0,8}\.json$/.test(name);
}

/** Writes the records, in the order of the tags. */
export function formatRecords({ policy, releases }: OfferedRecords): string {
  const sorted = Object.entries(releases).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `${JSON.stringify({ format: 1, policy, releases: Object.fromEntries(sorted) })}\n`;
}

/**
 * Reads the records.
 * @param where how messages name them
 * @throws KilnError `document-invalid`
 */
export function parseRecords(text: string, where: string): OfferedRecords {
  return parseDocument(text, recordsSchema, {
    what: `${where} to be the records of what hosts are offered`,
    next: "run ./kiln release, which publishes another update directory",
  });
}

/** The digest of what decides which releases an update directory offers, besides the releases. */
export function policyDigest(definitions: readonly Definition[]): string {
  const policies = definitions
    .map(({ name, asset, architectures, versions }) => ({ name, asset, architectures, versions }))
    .toSorted((left, right) => (left.name < right.name ? -1 : 1));
  return hash("sha256", JSON.stringify(policies));
}

/** What hosts are offered, as releases: the latest update directory, and the releases in its index. */
export interface OfferedReleases {
  releases: readonly Release[];
  policy: string;
}

/**
 * Reads what hosts are offered from the latest update directory. The permanent releases among it have only
 * their images, and only the newest ones have a release record. Signatures are not checked.
 * @returns undefined if the latest release is not an update directory with an index and records, as they were
 * published: then all releases have to be listed
 */
export async function offeredReleases(store: ReleaseStore): Promise<OfferedReleases | undefined> {
  const directory = await store.latest();
  const number = Number(/^updates-([1-9]\d{0,8})$/.exec(directory?.tag ?? "")?.[1]);
  if (directory === undefined || Number.isNaN(number)) return undefined;
  try {
    const manifest = await store.readText(directory, "SHA256SUMS");
    const readListed = async (name: string) => {
      const text = await store.readText(directory, name);
      requireListed(manifest, name, hash("sha256", text));
      return text;
    };
    const names = [indexName(number), recordsName(number)] as const;
    const [index, records] = await Promise.all([readListed(names[0]), readListed(names[1])]);
    const { images } = parseIndex(index, names[0]);
    const { policy, releases } = parseRecords(records, names[1]);
    const listed = [...Map.groupBy(images, ({ tag }) => tag)].map(([tag, ofRelease]) =>
      listedRelease(tag, ofRelease, Object.hasOwn(releases, tag) ? releases[tag] : undefined),
    );
    return { releases: [directory, ...listed], policy };
  } catch (error) {
    const codes = ["document-invalid", "digest-mismatch", "not-published"] as const;
    if (codes.some((code) => isKilnError(error, code))) return undefined;
    throw error;
  }
}

/** @throws KilnError `digest-mismatch` */
function requireListed(manifest: string, name: string, sha256: string): void {
  if (manifest.split("\n").includes(`${sha256}  ${name}`)) return;
  throw new KilnError("digest-mismatch", {
    expected: `${name} with the SHA-256 that its manifest lists`,
    found: sha256,
    next: "run ./kiln release, which publishes another update directory",
  });
}

/** A permanent release, as far as the update directory describes it. */
function listedRelease(
  tag: string,
  images: readonly IndexedImage[],
  record: ReleaseRecord | undefined,
): Release {
  return {
    ...{ id: "", tag, notes: record === undefined ? "" : formatReleaseRecord(record) },
    ...{ draft: false, begunAt: undefined, latest: false, prerelease: false },
    assets: images.map(({ name, size, sha256 }) => ({ id: "", name, size, sha256, complete: true })),
  };
}
