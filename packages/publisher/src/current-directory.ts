import { hash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { isIndexName, type ReleaseIndex } from "@sysext-kiln/extension";
import { isRecordsName, type Release } from "@sysext-kiln/release-store";
import { bestBeforeOf, defaultIndexDays, isFresh, splitBestBefore } from "./best-before.ts";
import type { DirectoryPlan } from "./directory-plan.ts";
import { formatManifest, manifestName, parseManifest } from "./manifest.ts";
import type { DirectoryContents } from "./previous-directory.ts";
import { signatureAssets, whyNotSignedBy } from "./signing/signed-manifest.ts";
import type { Signer } from "./signing/signer.ts";

export interface CurrentOptions {
  /** Undefined if nothing is signed, or if the key is not at hand; then the keys in the index do not count. */
  signer: Signer | undefined;
  bestBeforeDays: number | undefined;
  now: Date;
}

/**
 * Why hosts need another update directory than the newest published one; undefined if they do not. The
 * directory itself is judged by the name, state, size and digest of each asset, which the list of releases has.
 * @param present what the directory contains; undefined if that cannot be read or is not authentic
 */
export async function whyOutdated(
  directory: Release,
  present: DirectoryContents | undefined,
  plan: DirectoryPlan,
  options: CurrentOptions,
): Promise<string | undefined> {
  const { tag } = directory;
  const damage = whyDamaged(directory, present);
  if (damage !== undefined || present === undefined) return damage;
  const { signer, now } = options;
  const unsigned = signer && (await whyNotSignedBy(signer, directory, present.manifest, now));
  if (unsigned !== undefined) return `${tag} has ${unsigned}`;
  return isCurrent(present, plan, options) ? undefined : `${tag} does not offer what it should`;
}

/** Why an update directory is not as it was published; undefined if nothing shows. @param present what it contains */
export function whyDamaged(directory: Release, present: DirectoryContents | undefined): string | undefined {
  const { tag } = directory;
  if (present === undefined) return `${tag} is damaged, or no key of this repository has signed it`;
  const damage = damageOf(directory, present);
  return damage && `${tag} is damaged: ${damage}`;
}

/** What somebody has changed in an update directory; undefined if nothing shows. */
function damageOf(directory: Release, { manifest, index }: DirectoryContents): string | undefined {
  if (directory.prerelease) return "it is marked as a prerelease, and hosts are never directed to one";
  const sizes = new Map(index?.images.map(({ name, size }) => [name, size]));
  const listed = parseManifest(manifest, manifestName).filter(({ name }) => !bestBeforeOf(name));
  const expected: { name: string; sha256?: string; size?: number | undefined }[] = [
    ...listed.map(({ name, sha256 }) => ({ name, sha256, size: sizes.get(name) })),
    { name: manifestName, sha256: hash("sha256", manifest) },
    ...signatureAssets(directory),
  ];
  for (const { name, sha256, size } of expected) {
    const asset = directory.assets.find((one) => one.name === name && one.complete);
    if (asset === undefined) return `${name} is missing`;
    const isOther = sha256 !== undefined && asset.sha256 !== undefined && asset.sha256 !== sha256;
    if (isOther || (size !== undefined && asset.size !== size)) return `${name} was replaced`;
  }
  const foreign = directory.assets.find(({ name }) => !expected.some((one) => one.name === name));
  return foreign && `${foreign.name} was added`;
}

/** Whether an update directory offers what is planned, for long enough. */
function isCurrent(
  { manifest, index, records }: DirectoryContents,
  plan: DirectoryPlan,
  options: CurrentOptions,
): boolean {
  const present = splitBestBefore(manifest);
  const images = parseManifest(present.images, "the manifest").filter(
    ({ name }) => !isIndexName(name) && !isRecordsName(name),
  );
  return (
    formatManifest(images) === formatManifest(plan.images) &&
    isFresh(present.dates, options.bestBeforeDays, options.now) &&
    index !== undefined &&
    // Another policy alone is no reason for another update directory: the next watch lists all releases.
    isDeepStrictEqual(records?.releases, plan.records.releases) &&
    isPlanned(index, plan.index, options)
  );
}

/** Whether an index states what is planned, and is valid for long enough. */
function isPlanned(
  present: ReleaseIndex,
  planned: DirectoryPlan["index"],
  { bestBeforeDays, now, signer }: CurrentOptions,
): boolean {
  const comparable = ({ images, keys, retired, repository }: DirectoryPlan["index"]) => ({
    repository,
    images: images.toSorted((left, right) => (left.name < right.name ? -1 : 1)),
    ...(signer && { keys, retired }),
  });
  const { expires } = present;
  const dates = expires === undefined ? [] : [new Date(expires * 1000)];
  const isValid = isFresh(dates, bestBeforeDays ?? defaultIndexDays, now);
  return isValid && isDeepStrictEqual(comparable(present), comparable(planned));
}
