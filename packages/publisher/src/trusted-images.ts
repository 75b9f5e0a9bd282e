import { isKilnError, KilnError } from "@sysext-kiln/error";
import { withdrawalOf } from "@sysext-kiln/extension";
import type { Release, ReleaseStore } from "@sysext-kiln/release-store";
import { manifestName } from "./manifest.ts";
import { type ReleasedImage, releasedImages, requireUnchanged, type VersionOf } from "./offers.ts";
import { type DirectoryContents, lineOf, type ReadDirectory } from "./previous-directory.ts";
import { hasAsset, isAuthentic, type Trust } from "./signing/trust.ts";
import { updateDirectoriesIn } from "./update-releases.ts";

/** The images of published versions that may be offered to hosts. */
export interface TrustedImages {
  /** The images of a version; undefined if it must not be offered. */
  of(version: VersionOf): Promise<readonly ReleasedImage[] | undefined>;
  /** What was refused so far, because nothing authenticates it. */
  untrusted: readonly ReleasedImage[];
  /** Why other versions were left out so far: their releases are damaged. */
  damaged: readonly KilnError[];
}

export interface TrustedImagesOptions {
  /** What the next update directory continues. */
  previous: DirectoryContents | undefined;
  read: ReadDirectory;
  trust: Trust;
  /** Whether the bytes of all images are read, if the store does not know their digests. */
  isThorough?: boolean | undefined;
}

/**
 * Decides which images may be offered: those that a key of the repository has signed before, in their release
 * or in an update directory, and those of an adopted update directory. Whoever can write releases can add one
 * that kiln has not published, and must not get a signature for it. A version that the previous index lists is
 * not read again.
 * @param releases what the store has now
 */
export function trustedImages(
  store: ReleaseStore,
  releases: readonly Release[],
  { previous, read, trust, isThorough = false }: TrustedImagesOptions,
): TrustedImages {
  const untrusted: ReleasedImage[] = [];
  const damaged: KilnError[] = [];
  const listed = Map.groupBy(previous?.index?.images ?? [], ({ tag }) => tag);

  async function isListedBefore(image: ReleasedImage): Promise<boolean> {
    if (previous?.lines.has(lineOf(image))) return true;
    for (const directory of updateDirectoriesIn(releases).toReversed()) {
      const older = await read(directory);
      if (older?.lines.has(lineOf(image))) return true;
    }
    return false;
  }

  async function imagesOf(version: VersionOf): Promise<readonly ReleasedImage[]> {
    const known = listed.get(version.release.tag);
    if (known !== undefined) {
      // Hosts are to leave a withdrawn image, and nobody downloads it any more.
      const isWithdrawn = withdrawalOf(version.version, version.definition.versions) !== undefined;
      if (isWithdrawn) return known;
      const present = isThorough ? await withDigests(store, version.release) : version.release;
      for (const image of known) requireUnchanged(present, image);
      return known;
    }
    const manifest = await readManifest(store, version.release);
    const images = releasedImages(
      { ...version, release: await withDigests(store, version.release) },
      manifest,
    );
    if (await isAuthentic(store, version.release, manifest, trust)) return images;
    const before = await Promise.all(images.map(isListedBefore));
    untrusted.push(...images.filter((_, index) => !before[index]));
    return images.filter((_, index) => before[index]);
  }

  return {
    untrusted,
    damaged,
    async of(version) {
      try {
        const images = await imagesOf(version);
        return images.length > 0 ? images : undefined;
      } catch (error) {
        if (!isDamage(error)) throw error;
        damaged.push(error);
        return undefined;
      }
    },
  };
}

/** A release with the digests of its assets, which are read if the store does not know them. */
async function withDigests(store: ReleaseStore, release: Release): Promise<Release> {
  const isKnown = release.assets.every(({ sha256, complete }) => sha256 !== undefined || !complete);
  return isKnown ? release : { ...release, assets: await store.readBack(release) };
}

/** @throws KilnError `not-published` */
async function readManifest(store: ReleaseStore, release: Release): Promise<string> {
  if (hasAsset(release, manifestName)) return store.readText(release, manifestName);
  throw new KilnError("not-published", {
    expected: `${manifestName} in the release ${release.tag} of ${store.name}`,
    found: release.assets.map(({ name }) => name).join(", ") || "no asset",
    next: `find out who changed the release; its version is left out. ${howToRemove}`,
  });
}

/** Whether an error is about the release of one version, so that others can be published. */
export function isDamage(error: unknown): error is KilnError {
  const codes = ["not-published", "manifest-invalid", "digest-mismatch", "document-invalid"] as const;
  return codes.some((code) => isKilnError(error, code));
}

const howToRemove = "Remove the release: kiln builds the version again if it is wanted";

/** The error about images that nothing authenticates. */
export function untrustedError(store: ReleaseStore, untrusted: readonly ReleasedImage[]): KilnError {
  return new KilnError("signature-invalid", {
    expected: `the images of ${tagsOf(untrusted)} on ${store.name} to be signed by a key of this repository, in their release or in an update directory`,
    found: untrusted.map(({ name }) => name).join(", "),
    next: `find out who published them; hosts are not offered them. ${howToRemove}. If an earlier key of this repository has signed them, add its fingerprint to "signingKeys" in kiln.yaml`,
  });
}

/**
 * The error about a repository in which nothing says what to continue: it had no key until now, or its key or
 * its update directories are gone.
 * @param unsigned the newest update directory with a manifest, and the manifest's SHA-256
 */
export function unauthenticatedError(
  store: ReleaseStore,
  untrusted: readonly ReleasedImage[],
  unsigned: { tag: string; sha256: string } | undefined,
): KilnError {
  const adopt =
    unsigned &&
    `If ${unsigned.tag} offers what you have published (./kiln verify SOURCE --json lists it with digests), write "adoptedDirectory: ${unsigned.sha256}" into kiln.yaml`;
  const previousKey =
    'If an earlier key of this repository has signed it, write the fingerprints of both keys into kiln.yaml under "signingKeys"';
  return new KilnError("signature-invalid", {
    expected: `an update directory on ${store.name} that a key of this repository has signed, or one that kiln.yaml adopts; or only images that the key has signed`,
    found: `${unsigned === undefined ? "no update directory" : `${unsigned.tag}, which is not signed by it,`} and ${tagsOf(untrusted)} with images that nothing vouches for`,
    next: `${[previousKey, ...(adopt === undefined ? [] : [adopt])].join(". ")}. Otherwise find out who published it, and remove these releases; until then hosts keep what they have (docs/signing.md)`,
  });
}

function tagsOf(images: readonly ReleasedImage[]): string {
  return [...new Set(images.map(({ tag }) => tag))].join(" and ");
}
