import { KilnError } from "@sysext-kiln/error";
import type { Release, ReleaseStore } from "@sysext-kiln/release-store";
import { manifestName, parseManifest, type ManifestEntry } from "./manifest.ts";
import type { RetainedImage } from "./retention.ts";
import { signatureName } from "./signing/signature.ts";
import type { Signer } from "./signing/signer.ts";
import { updateDirectoriesIn } from "./update-releases.ts";

/** Images that an update directory may have, and those that it may not. */
export interface JudgedImages {
  trusted: readonly RetainedImage[];
  untrusted: readonly RetainedImage[];
}

/**
 * Decides which images may be signed: those that this key has signed before, in their release or in an update
 * directory. Whoever can write releases can add one that kiln has not published, and must not get a signature
 * for it. A key that has signed no update directory yet is new, and takes over everything that is published.
 * @param releases what the store has now
 */
export async function judgeImages(
  store: ReleaseStore,
  images: readonly RetainedImage[],
  releases: readonly Release[],
  { signer, now }: { signer: Signer; now: Date },
): Promise<JudgedImages> {
  const { isNew, listed } = await linesSigned(store, images, releases, { signer, now });
  const signed = await Promise.all(
    images.map(
      async ({ name, sha256, release, manifest }) =>
        listed.has(lineOf({ name, sha256 })) || isSigned(store, release, manifest, { signer, now }),
    ),
  );
  const trusted = images.filter((_, index) => signed[index]);
  const hasDirectories = updateDirectoriesIn(releases).length > 0;
  if (isNew && (hasDirectories || trusted.length === 0)) return { trusted: images, untrusted: [] };
  return { trusted, untrusted: images.filter((_, index) => !signed[index]) };
}

/** Whether the key has signed no update directory, and the lines of enough of them to find all images. */
async function linesSigned(
  store: ReleaseStore,
  images: readonly RetainedImage[],
  releases: readonly Release[],
  by: { signer: Signer; now: Date },
): Promise<{ isNew: boolean; listed: ReadonlySet<string> }> {
  const listed = new Set<string>();
  let isNew = true;
  for (const directory of updateDirectoriesIn(releases).toReversed()) {
    if (!isNew && images.every((image) => listed.has(lineOf(image)))) break;
    if (!hasSignature(directory)) continue;
    const manifest = await store.readText(directory, manifestName);
    if (!(await isSigned(store, directory, manifest, by))) continue;
    isNew = false;
    for (const entry of parseManifest(manifest, `${directory.tag}/${manifestName}`))
      listed.add(lineOf(entry));
  }
  return { isNew, listed };
}

function lineOf({ name, sha256 }: ManifestEntry): string {
  return `${sha256} ${name}`;
}

function hasSignature({ assets }: Release): boolean {
  return assets.some(({ name, complete }) => name === signatureName && complete);
}

async function isSigned(
  store: ReleaseStore,
  release: Release,
  manifest: string,
  { signer, now }: { signer: Signer; now: Date },
): Promise<boolean> {
  if (!hasSignature(release)) return false;
  return signer.verifies(manifest, await store.readBytes(release, signatureName), now);
}

/** The error about images that are not signed. */
export function untrustedError(store: ReleaseStore, untrusted: readonly RetainedImage[]): KilnError {
  const tags = [...new Set(untrusted.map(({ release }) => release.tag))].join(" and ");
  return new KilnError("signature-invalid", {
    expected: `the images of ${tags} on ${store.name} to be signed by the signing key, in their release or in an update directory`,
    found: untrusted.map(({ name }) => name).join(", "),
    next: "find out who published them; hosts are not offered them. Remove the release: kiln builds the version again if it is wanted",
  });
}
