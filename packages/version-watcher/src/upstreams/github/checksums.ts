import { text } from "node:stream/consumers";
import { KilnError } from "@sysext-kiln/error";
import {
  openAsset,
  sha256Of,
  type GitHubAsset,
  type GitHubClient,
  type RepositoryName,
} from "@sysext-kiln/github-client";

/** The largest list of checksums that is read, in bytes. */
const largest = 1_000_000;

/** The text of a release's list of checksums. */
export async function readChecksums(
  client: GitHubClient,
  at: RepositoryName,
  asset: GitHubAsset,
): Promise<string> {
  const { size, browser_download_url: url } = asset;
  if (size <= largest) return text(await openAsset(client, at, asset));
  throw new KilnError("manifest-invalid", {
    expected: `${url} to be a list of checksums of at most ${largest} bytes`,
    found: `${size} bytes`,
    next: `correct "checksums" in extension.yaml`,
  });
}

/**
 * The digest that a release lists for one of its assets.
 * @param where how messages name the list
 * @throws KilnError `manifest-invalid` if the asset is not listed once; `digest-mismatch` if GitHub computed
 * another digest
 */
export function listedDigest(checksums: string, asset: GitHubAsset, where: string): string {
  const digest = digestIn(checksums, asset.name, where);
  const stored = sha256Of(asset);
  if (stored === undefined || stored === digest) return digest;
  throw new KilnError("digest-mismatch", {
    expected: `${asset.browser_download_url} to have the SHA-256 ${digest}, as ${where} says`,
    found: `${stored}, as GitHub says`,
    next: `do not use this file; report it to upstream, and until it is fixed add the version to "versions.exclude" in extension.yaml`,
  });
}

/** Reads the output of sha256sum(1): on each line a digest, a space, a space or `*`, and a file name. */
function digestIn(checksums: string, name: string, where: string): string {
  const digests = checksums.split(/\r?\n/).flatMap((line) => {
    const groups = /^(?<digest>[0-9a-f]{64}) [ *](?<file>.+)$/i.exec(line)?.groups;
    return groups?.["file"] === name ? [(groups["digest"] ?? "").toLowerCase()] : [];
  });
  const [digest, ...others] = digests;
  if (digest !== undefined && others.length === 0) return digest;
  throw new KilnError("manifest-invalid", {
    expected: `${where} to have one line with the SHA-256 of ${name}`,
    found: digest === undefined ? "no such line" : `${digests.length} such lines`,
    next: `wait until upstream has fixed it, or add the version to "versions.exclude" in extension.yaml`,
  });
}
