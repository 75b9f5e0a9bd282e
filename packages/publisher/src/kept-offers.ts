import type { IndexedImage } from "@sysext-kiln/extension";
import type { Release } from "@sysext-kiln/release-store";
import { parseManifest } from "./manifest.ts";
import type { Offers } from "./offers.ts";
import type { DirectoryContents } from "./previous-directory.ts";
import { isUpdatesTag } from "./update-releases.ts";

/**
 * What the previous update directory offers of some extensions, unchanged: an extension whose definition is
 * invalid keeps its hosts, and does not block the others.
 */
export function keptOffers(
  names: readonly string[],
  releases: readonly Release[],
  previous: DirectoryContents | undefined,
): Offers {
  if (!previous || names.length === 0) return { index: [], stock: [] };
  const images = previous.index?.images ?? imagesWithoutIndex(previous, releases);
  const index = images.filter(({ name }) => names.some((extension) => name.startsWith(`${extension}-`)));
  const entries = parseManifest(previous.manifest, "the previous manifest");
  const inManifest = new Set(entries.map(({ name }) => name));
  return { index, stock: index.filter(({ name }) => inManifest.has(name)) };
}

/** The images of a directory that an older kiln published. */
function imagesWithoutIndex({ manifest }: DirectoryContents, releases: readonly Release[]): IndexedImage[] {
  const permanent = releases.filter(({ draft, tag }) => !draft && !isUpdatesTag(tag));
  return parseManifest(manifest, "the previous manifest").flatMap(({ name, sha256 }) => {
    for (const { tag, assets } of permanent) {
      const asset = assets.find((one) => one.name === name && one.complete);
      if (asset) return [{ name, sha256, size: asset.size, tag, start: 0, rollout: 0 }];
    }
    return [];
  });
}
