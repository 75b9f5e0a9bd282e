import { KilnError } from "@sysext-kiln/error";
import type { Release, ReleaseStore } from "@sysext-kiln/release-store";
import { manifestName } from "./manifest.ts";
import { isImageOf, type ReleasedImage, releasedImages, type VersionOf } from "./offers.ts";
import {
  type DirectoryContents,
  isSigned,
  lineOf,
  type PreviousDirectory,
  readSigned,
  type SignedBy,
} from "./previous-directory.ts";
import { updateDirectoriesIn } from "./update-releases.ts";

/** The images of published versions that may be offered to hosts. */
export interface TrustedImages {
  /** The images of a version; undefined if it must not be offered. */
  of(version: VersionOf): Promise<readonly ReleasedImage[] | undefined>;
  /** What was refused so far. */
  untrusted: readonly ReleasedImage[];
}

/**
 * Decides which images may be signed: those that this key has signed before, in their release or in an update
 * directory. Whoever can write releases can add one that kiln has not published, and must not get a signature
 * for it. A version that the previous index lists is not read again.
 * @param releases what the store has now
 * @param options.trustsAll a new key takes over everything that is published
 */
export function trustedImages(
  store: ReleaseStore,
  releases: readonly Release[],
  { previous, trustsAll, by }: { previous: PreviousDirectory; trustsAll: boolean; by: SignedBy },
): TrustedImages {
  const untrusted: ReleasedImage[] = [];
  const { contents } = previous;
  const listed = Map.groupBy(contents?.index?.images ?? [], ({ tag }) => tag);

  async function isListedBefore(image: ReleasedImage): Promise<boolean> {
    if (!previous.isNewKey && contents?.lines.has(lineOf(image))) return true;
    for (const directory of updateDirectoriesIn(releases).toReversed()) {
      const older = await readSigned(store, directory, by);
      if (older?.lines.has(lineOf(image))) return true;
    }
    return false;
  }

  return {
    untrusted,
    async of(version) {
      const known = listed.get(version.release.tag);
      if (known !== undefined) return known;
      const manifest = await store.readText(version.release, manifestName);
      const images = releasedImages(version, manifest);
      if (!by.signer || trustsAll || (await isSigned(store, version.release, manifest, by))) return images;
      const before = await Promise.all(images.map(isListedBefore));
      untrusted.push(...images.filter((_, index) => !before[index]));
      const trusted = images.filter((_, index) => before[index]);
      return trusted.length > 0 ? trusted : undefined;
    },
  };
}

/**
 * The images of published versions, trusted or not, for a look at what would be published: with the digests
 * from the list of releases where it has them, which saves a request for each new release.
 */
export function listedImages(
  store: ReleaseStore,
  present: DirectoryContents | undefined,
): Pick<TrustedImages, "of"> {
  const listed = Map.groupBy(present?.index?.images ?? [], ({ tag }) => tag);
  return {
    async of(version) {
      const { definition, release } = version;
      const known = listed.get(release.tag);
      if (known !== undefined) return known;
      const images = release.assets.filter(({ name }) => isImageOf(version, name));
      const complete = images.flatMap(({ name, size, sha256 }) =>
        sha256 === undefined ? [] : [{ name, size, sha256, tag: release.tag }],
      );
      if (complete.length === definition.architectures.length) return complete;
      return releasedImages(version, await store.readText(release, manifestName));
    },
  };
}

/** The error about images that are not signed. */
export function untrustedError(store: ReleaseStore, untrusted: readonly ReleasedImage[]): KilnError {
  const tags = [...new Set(untrusted.map(({ tag }) => tag))].join(" and ");
  return new KilnError("signature-invalid", {
    expected: `the images of ${tags} on ${store.name} to be signed by the signing key, in their release or in an update directory`,
    found: untrusted.map(({ name }) => name).join(", "),
    next: "find out who published them; hosts are not offered them. Remove the release: kiln builds the version again if it is wanted",
  });
}
