import type { Architecture, GithubReleases } from "@sysext-kiln/extension";
import {
  commitOfTag,
  findRelease,
  parseRepositoryName,
  type GitHubAsset,
  type GitHubRelease,
  type GitHubTag,
} from "@sysext-kiln/github-client";
import { memoize, type Subject } from "../upstream.ts";
import { listedDigest, readChecksums } from "./checksums.ts";
import type { GitHubAccess, TagContent } from "./tag-content.ts";

/** The programs in an asset of a tag's release, pinned by the checksums that the release lists. */
export function releaseFiles(
  { client }: GitHubAccess,
  upstream: GithubReleases,
  { name, architectures }: Subject,
): TagContent {
  const { repository, checksums } = upstream;
  const at = parseRepositoryName(repository);
  const releaseOf = memoize((tag: GitHubTag) => findRelease(client, at, tag.name), tagName);
  const commitOf = memoize((tag: GitHubTag) => commitOfTag(client, at, tag), tagName);
  const textOf = memoize(
    (asset: GitHubAsset) => readChecksums(client, at, asset),
    ({ id }) => String(id),
  );

  return {
    async unavailableReason(tag, version) {
      const release = await releaseOf(tag);
      if (!release) return "has a tag but no release yet";
      if (release.prerelease) return "is a prerelease";
      const wanted = [
        ...architectures.map((one) => fillIn(upstream.asset, upstream, version, one)),
        checksums,
      ];
      const missing = wanted.filter((one) => !uploadedAsset(release, one));
      return missing.length === 0 ? undefined : `has no ${missing.join(" and no ")} yet`;
    },

    async inputs(tag, version, architecture) {
      const release = await releaseOf(tag);
      const asset =
        release && uploadedAsset(release, fillIn(upstream.asset, upstream, version, architecture));
      const list = release && uploadedAsset(release, checksums);
      if (!asset || !list) throw new Error(`the release ${tag.name} of ${repository} is incomplete`);
      const members = Object.entries(upstream.take);
      return [
        {
          name: `${name}.tar.gz`,
          url: asset.browser_download_url,
          size: asset.size,
          sha256: listedDigest(await textOf(list), asset, list.browser_download_url),
          origin: {
            kind: "github",
            repository,
            tag: tag.name,
            object: tag.object.sha,
            commit: await commitOf(tag),
            checksums,
          },
          take: Object.fromEntries(
            members.map(([from, to]) => [fillIn(from, upstream, version, architecture), to]),
          ),
        },
      ];
    },
  };
}

function tagName(tag: GitHubTag): string {
  return tag.name;
}

/** Fills in a template from the definition. */
function fillIn(
  template: string,
  { arch }: GithubReleases,
  version: string,
  architecture: Architecture,
): string {
  return template.replaceAll("{version}", version).replaceAll("{arch}", arch[architecture] ?? "");
}

/** A release's asset, if its upload has finished. */
function uploadedAsset({ assets }: GitHubRelease, name: string): GitHubAsset | undefined {
  return assets.find((asset) => asset.name === name && asset.state === "uploaded");
}
