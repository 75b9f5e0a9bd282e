import { isDeepStrictEqual } from "node:util";
import { isIndexName, type ReleaseIndex } from "@sysext-kiln/extension";
import { type Release, type ReleaseStore } from "@sysext-kiln/release-store";
import { isFresh, splitBestBefore } from "./best-before.ts";
import type { DirectoryPlan, DirectoryPlanOptions } from "./directory-plan.ts";
import { formatManifest, parseManifest } from "./manifest.ts";
import { readIfValid, type DirectoryContents } from "./previous-directory.ts";
import { isSignedBy } from "./signing/signed-manifest.ts";

/** Whether a published update directory needs no successor: it is what is planned, and signed by the signer. */
export async function isCurrentRelease(
  store: ReleaseStore,
  directory: Release,
  plan: DirectoryPlan,
  {
    signer,
    bestBeforeDays,
    now,
  }: Pick<DirectoryPlanOptions, "signer" | "now"> & { bestBeforeDays?: number | undefined },
): Promise<boolean> {
  const present = await readIfValid(store, directory);
  if (!present || !isCurrent(present, plan, { bestBeforeDays, now, checksKeys: true })) return false;
  return !signer || (await isSignedBy(signer, directory, present.manifest, now));
}

/**
 * Whether an update directory offers what is planned, for long enough.
 * @param options.checksKeys whether the keys in its index count; without the signing key they are not known
 */
export function isCurrent(
  { manifest, index }: DirectoryContents,
  plan: DirectoryPlan,
  options: { bestBeforeDays: number | undefined; now: Date; checksKeys: boolean },
): boolean {
  const present = splitBestBefore(manifest);
  const images = parseManifest(present.images, "the manifest").filter(({ name }) => !isIndexName(name));
  return (
    formatManifest(images) === formatManifest(plan.images) &&
    isFresh(present.dates, options.bestBeforeDays, options.now) &&
    index !== undefined &&
    isPlanned(index, plan.index, options)
  );
}

/** Whether an index states what is planned, and is valid for long enough. */
function isPlanned(
  present: ReleaseIndex,
  planned: DirectoryPlan["index"],
  { bestBeforeDays, now, checksKeys }: { bestBeforeDays: number | undefined; now: Date; checksKeys: boolean },
): boolean {
  const comparable = ({ images, keys, retired, repository }: DirectoryPlan["index"]) => ({
    repository,
    images: images.toSorted((left, right) => (left.name < right.name ? -1 : 1)),
    ...(checksKeys && { keys, retired }),
  });
  const { expires } = present;
  const dates = expires === undefined ? [] : [new Date(expires * 1000)];
  return isFresh(dates, bestBeforeDays, now) && isDeepStrictEqual(comparable(present), comparable(planned));
}
