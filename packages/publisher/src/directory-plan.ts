import { randomUUID } from "node:crypto";
import {
  compareImageVersions,
  type Definition,
  groupBySeries,
  type IndexedImage,
  kilnHostName,
  type ReleaseIndex,
} from "@sysext-kiln/extension";
import {
  type OfferedRecords,
  policyDigest,
  type Release,
  selectedVersions,
} from "@sysext-kiln/release-store";
import { keptOffers } from "./kept-offers.ts";
import { planOffers, secondsOf } from "./offers.ts";
import type { DirectoryContents } from "./previous-directory.ts";
import type { Keyring } from "./signing/keyring.ts";
import type { Signer } from "./signing/signer.ts";
import type { TrustedImages } from "./trusted-images.ts";

/** What an update directory is to contain; its number and times are chosen when it is published. */
export interface DirectoryPlan {
  /** The images that it contains, for hosts with stock systemd-sysupdate. */
  images: readonly IndexedImage[];
  index: Pick<ReleaseIndex, "repository" | "keys" | "retired" | "images">;
  /** What the next watch needs to know about what is offered. */
  records: OfferedRecords;
  /** When the index is created: hosts refuse one that is older than what they have seen. */
  created: number;
  /** Images that it would contain if it had more than the index. */
  omitted: readonly IndexedImage[];
}

export interface DirectoryPlanOptions {
  /** Whether it contains images, or only the index and kiln-host's images. */
  updateDirectory?: "images" | "index" | undefined;
  /** Where hosts find the releases; identifies the repository in its first index. */
  baseUrl?: string | undefined;
  signer?: Signer | undefined;
  /** Extensions whose definitions are invalid: what hosts are offered of them does not change. */
  keep?: readonly string[] | undefined;
  /** The public key that is to sign next. */
  nextKey?: Keyring | undefined;
  now: Date;
}

/** Plans an update directory that continues the previous one. */
export async function planDirectory(
  definitions: readonly Definition[],
  releases: readonly Release[],
  { previous, trusted }: { previous: DirectoryContents | undefined; trusted: Pick<TrustedImages, "of"> },
  options: DirectoryPlanOptions,
): Promise<DirectoryPlan> {
  const { signer, nextKey, baseUrl, now, updateDirectory, keep = [] } = options;
  const imagesOf = trusted.of.bind(trusted);
  const planned = await planOffers(definitions, releases, { previous, imagesOf, now });
  const kept = keptOffers(keep, releases, previous);
  const index = [...planned.index, ...kept.index];
  const stock = [...planned.stock, ...kept.stock];
  const isNeeded = ({ name }: IndexedImage) => isInDirectory(name, updateDirectory);
  const keys = keysOf(signer, nextKey);
  const tags = new Set(index.map(({ tag }) => tag));
  return {
    images: stock.filter(isNeeded),
    created: Math.max(secondsOf(now), (previous?.index?.created ?? 0) + 1),
    omitted: stock.filter((image) => !isNeeded(image)),
    records: {
      policy: policyDigest(definitions),
      releases: recordsOf(
        definitions,
        releases.filter(({ tag }) => tags.has(tag)),
        kept.index,
        previous,
      ),
    },
    index: {
      repository: repositoryIdentity(previous?.index, baseUrl) ?? `urn:uuid:${randomUUID()}`,
      keys,
      retired: retiredKeys(previous?.index, keys),
      images: index,
    },
  };
}

/**
 * Whether an image that is offered is in the update directory itself. kiln-host's always are: the bootstrap on a host
 * fetches them without reading the index, if no program works.
 */
export function isInDirectory(
  name: string,
  updateDirectory: DirectoryPlanOptions["updateDirectory"] = "images",
): boolean {
  return updateDirectory === "images" || name.startsWith(`${kilnHostName}-`);
}

/** What hosts know a repository by: the URL that it had when it was first indexed, wherever it has moved since. */
export function repositoryIdentity<Url extends string | undefined>(
  previous: ReleaseIndex | undefined,
  baseUrl: Url,
): string | Url {
  return previous?.repository ?? baseUrl;
}

/**
 * The records of the newest version of each series. A record is read from the notes of its release only once:
 * whoever can write releases can edit the notes later.
 * @param kept images of extensions whose definitions are invalid, and whose records stay
 */
function recordsOf(
  definitions: readonly Definition[],
  offered: readonly Release[],
  kept: readonly IndexedImage[],
  previous: DirectoryContents | undefined,
): OfferedRecords["releases"] {
  const before = previous?.records?.releases ?? {};
  const newest = definitions.flatMap((definition) => {
    const published = selectedVersions(definition, offered);
    const series = groupBySeries(published, definition.versions, ({ version }) => version.upstream);
    return series.flatMap((ofSeries) =>
      ofSeries.toSorted((left, right) => compareImageVersions(right.version, left.version)).slice(0, 1),
    );
  });
  const records = [
    ...newest.map(({ release: { tag }, record }) => [tag, record] as const),
    ...kept.map(({ tag }) => [tag, undefined] as const),
  ];
  return Object.fromEntries(
    records.flatMap(([tag, record]) => {
      const known = Object.hasOwn(before, tag) ? before[tag] : record;
      return known === undefined ? [] : [[tag, known]];
    }),
  );
}

function keysOf(signer: Signer | undefined, nextKey: Keyring | undefined): ReleaseIndex["keys"] {
  if (!signer) return [];
  const own = { fingerprint: signer.fingerprint, key: base64(signer.keyring) };
  const next = nextKey?.keys.map(({ fingerprint, bytes }) => ({ fingerprint, key: base64(bytes) })) ?? [];
  return [own, ...next.filter(({ fingerprint }) => fingerprint !== signer.fingerprint)];
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

/** What hosts were given by earlier indexes, and must not trust any more. */
function retiredKeys(previous: ReleaseIndex | undefined, keys: ReleaseIndex["keys"]): string[] {
  if (keys.length === 0) return [...(previous?.retired ?? [])];
  const current = new Set(keys.map(({ fingerprint }) => fingerprint));
  const before = [
    ...(previous?.retired ?? []),
    ...(previous?.keys ?? []).map(({ fingerprint }) => fingerprint),
  ];
  return [...new Set(before)].filter((fingerprint) => !current.has(fingerprint)).toSorted();
}
