import { hash } from "node:crypto";
import type { KilnError } from "@sysext-kiln/error";
import type { Definition } from "@sysext-kiln/extension";
import { publishedVersions, type Release, type ReleaseStore } from "@sysext-kiln/release-store";
import { whyOutdated } from "./current-directory.ts";
import { planDirectory, type DirectoryPlan, type DirectoryPlanOptions } from "./directory-plan.ts";
import { manifestName } from "./manifest.ts";
import { directoryReader, type ReadDirectory, readPrevious } from "./previous-directory.ts";
import { hasAsset, type TrustSettings } from "./signing/trust.ts";
import { trustedImages, unauthenticatedError, untrustedError } from "./trusted-images.ts";
import { newestUpdateDirectory } from "./update-releases.ts";

export interface DirectoryStateOptions extends DirectoryPlanOptions, TrustSettings {
  /** For how many days hosts may use the directory; by default, only its index has a limit. */
  bestBeforeDays?: number | undefined;
  /** Whether the bytes of all images are read, if the store does not know their digests. */
  isThorough?: boolean | undefined;
  /** Reads each update directory once in this run; if undefined, they are read here. */
  read?: ReadDirectory | undefined;
}

/** What hosts are offered, compared with what they should be offered. */
export interface DirectoryState {
  plan: DirectoryPlan;
  /** The update directory that was published last. */
  newest: Release | undefined;
  /** Why it has to be replaced; undefined if it does not have to be. */
  outdated: string | undefined;
  /** Whether policy allows none of the published versions, although hosts have been offered some. */
  isEmptied: boolean;
  /** Why some versions are left out: nothing authenticates them, or their releases are damaged. */
  problems: readonly KilnError[];
}

/**
 * Compares the update directory with what the definitions and the permanent releases say it should contain. It
 * does not need the key that signs: without it, the repository's other keys in `kiln.yaml` still count.
 * @param releases what the store has now
 * @throws KilnError `signature-invalid` if there is something to offer, but nothing says what to continue
 */
export async function directoryState(
  store: ReleaseStore,
  definitions: readonly Definition[],
  releases: readonly Release[],
  options: DirectoryStateOptions,
): Promise<DirectoryState> {
  const { signer, signingKeys, adoptedDirectory, bestBeforeDays, now, isThorough } = options;
  const trust = { signer, signingKeys, adoptedDirectory, now };
  const read = options.read ?? directoryReader(store, trust);
  const previous = await readPrevious(releases, read);
  const trusted = trustedImages(store, releases, { previous, read, trust, isThorough });
  const plan = await planDirectory(
    definitions,
    releases,
    { previous, trusted },
    { ...options, baseUrl: store.baseUrl ?? options.baseUrl },
  );
  const newest = newestUpdateDirectory(releases);
  const { untrusted, damaged } = trusted;
  if (previous === undefined && untrusted.length > 0)
    throw unauthenticatedError(store, untrusted, newest && (await manifestOf(store, newest)));
  const problems = [...damaged, ...(untrusted.length > 0 ? [untrustedError(store, untrusted)] : [])];
  const isAnyPublished = definitions.some((definition) => publishedVersions(definition, releases).length > 0);
  return {
    plan,
    newest,
    isEmptied:
      plan.index.images.length === 0 &&
      problems.length === 0 &&
      isAnyPublished &&
      previous?.index !== undefined,
    outdated:
      newest === undefined
        ? "there is no update directory yet"
        : await whyOutdated(newest, await read(newest), plan, { signer, bestBeforeDays, now }),
    problems,
  };
}

async function manifestOf(
  store: ReleaseStore,
  release: Release,
): Promise<{ tag: string; sha256: string } | undefined> {
  if (!hasAsset(release, manifestName)) return undefined;
  return { tag: release.tag, sha256: hash("sha256", await store.readBytes(release, manifestName)) };
}
