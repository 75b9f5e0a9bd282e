import type { Architecture, Definition, GithubReleases } from "@sysext-kiln/extension";
import {
  commitOfTag,
  findRelease,
  parseRepositoryName,
  type GitHubAsset,
  type GitHubRelease,
  type GitHubTag,
} from "@sysext-kiln/github-client";
import { memoize } from "../memoize.ts";
import type { GitHubAccess } from "./access.ts";
import { readChecksums, vouchedDigest } from "./checksums.ts";
import type { TagContent } from "./github-upstream.ts";

/** The programs in an asset of a tag's release, pinned by the release's own list of digests. */
export function releaseFiles(
  { client }: GitHubAccess,
  upstream: GithubReleases,
  { name, architectures }: Definition,
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
    async withheld(tag, version) {
      const release = await releaseOf(tag);
      if (!release) return "has a tag and no release yet";
      if (release.prerelease) return "is a prerelease";
      const wanted = [
        ...architectures.map((one) => fillIn(upstream.asset, upstream, version, one)),
        checksums,
      ];
      const lacking = wanted.filter((one) => !wholeAsset(release, one));
      return lacking.length === 0 ? undefined : `has no ${lacking.join(" and no ")} yet`;
    },

    async inputs(tag, version, architecture) {
      const release = await releaseOf(tag);
      const asset = release && wholeAsset(release, fillIn(upstream.asset, upstream, version, architecture));
      const list = release && wholeAsset(release, checksums);
      if (!asset || !list) throw new Error(`the release ${tag.name} of ${repository} is not whole`);
      const members = Object.entries(upstream.take);
      return [
        {
          name: `${name}.tar.gz`,
          url: asset.browser_download_url,
          size: asset.size,
          sha256: vouchedDigest(await textOf(list), asset, list.browser_download_url),
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

/** Fills in a template of the definition. */
function fillIn(
  template: string,
  { arch }: GithubReleases,
  version: string,
  architecture: Architecture,
): string {
  return template.replaceAll("{version}", version).replaceAll("{arch}", arch[architecture] ?? "");
}

/** A release's asset, once all of it is there. */
function wholeAsset({ assets }: GitHubRelease, name: string): GitHubAsset | undefined {
  return assets.find((asset) => asset.name === name && asset.state === "uploaded");
}
