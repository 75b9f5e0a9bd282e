import type { Definition } from "@sysext-kiln/extension";
import type { Release, ReleaseStore } from "@sysext-kiln/release-store";
import { isFresh, splitBestBefore } from "./best-before.ts";
import { formatManifest, manifestName } from "./manifest.ts";
import { listedImages } from "./retention.ts";
import { sha256Of } from "./sha256.ts";
import type { UpdateDirectoryOptions } from "./update-directory.ts";
import { newestDirectory } from "./updates.ts";

/**
 * Whether publishing the update directory would change what hosts see. Only published data is compared: the signing
 * key does not matter, and what the list of releases contains is not requested again.
 * @param releases what the store has now
 */
export async function isUpdateDirectoryBehind(
  store: ReleaseStore,
  releases: readonly Release[],
  definitions: readonly Definition[],
  { bestBeforeDays, now = new Date() }: Pick<UpdateDirectoryOptions, "bestBeforeDays" | "now"> = {},
): Promise<boolean> {
  const images = await listedImages(store, definitions, releases);
  if (images.length === 0) return false;
  const newest = newestDirectory(releases);
  if (!newest?.latest) return true;

  const wanted = formatManifest(images);
  const held = newest.assets.find(({ name }) => name === manifestName)?.sha256;
  if (bestBeforeDays === undefined && held !== undefined) return held !== sha256Of(wanted);
  const present = splitBestBefore(await store.readText(newest, manifestName));
  return present.images !== wanted || !isFresh(present.dates, bestBeforeDays, now);
}
