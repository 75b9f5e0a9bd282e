import { buffer } from "node:stream/consumers";
import type { GithubReleases, Input } from "@sysext-kiln/extension";
import { KilnError } from "@sysext-kiln/error";
import {
  commitOfTag,
  findRelease,
  openAsset,
  parseRepositoryName,
  sha256Of,
  type GitHubAsset,
  type GitHubRelease,
  type GitHubTag,
} from "@sysext-kiln/github-client";
import { establishDigest, unverifiable, type FileServer } from "../released/digest.ts";
import { fetchUnverified } from "../released/fetch.ts";
import { wantedFiles, type ReleasedFiles } from "../released/wanted-files.ts";
import { memoize, type Subject } from "../upstream.ts";
import type { GitHubAccess, TagContent } from "./tag-content.ts";

/** The largest list of checksums or signature that is read, in bytes. */
const largest = 1_000_000;

/** What is in the assets of a tag's release. */
export function releaseFiles(
  { client, say }: GitHubAccess,
  upstream: GithubReleases,
  subject: Subject,
): TagContent {
  const { repository } = upstream;
  const at = parseRepositoryName(repository);
  const config = releasedFiles(upstream);
  const releaseOf = memoize((tag: GitHubTag) => {
    say(`reading the release ${tag.name} of ${repository}`);
    return findRelease(client, at, tag.name);
  }, tagName);
  const commitOf = memoize((tag: GitHubTag) => commitOfTag(client, at, tag), tagName);
  const contentsOf = memoize(
    async (asset: GitHubAsset) => {
      say(`reading ${asset.browser_download_url}`);
      return buffer(await openAsset(client, at, asset));
    },
    ({ id }) => String(id),
  );

  function serverOf(release: GitHubRelease): FileServer {
    return {
      urlOf: (name) => uploadedAsset(release, name)?.browser_download_url ?? name,
      read(name) {
        const asset = uploadedAsset(release, name);
        if (asset && asset.size > largest) throw tooLarge(asset);
        return asset ? contentsOf(asset) : Promise.resolve(undefined);
      },
      fetch(name) {
        const asset = required(uploadedAsset(release, name), name);
        const { browser_download_url: url, size } = asset;
        return fetchUnverified({ url, size, open: (signal) => openAsset(client, at, asset, signal) }, say);
      },
      storedDigest(name) {
        const asset = uploadedAsset(release, name);
        return asset && sha256Of(asset);
      },
    };
  }

  return {
    async unavailableReason(tag, version) {
      const release = await releaseOf(tag);
      if (!release) return "has a tag but no release yet";
      if (release.prerelease) return "is a prerelease";
      const files = subject.architectures.flatMap((one) => wantedFiles(config, subject.name, version, one));
      const lists = files.flatMap(({ evidence }) => (evidence.kind === "lists" ? evidence.lists : []));
      const wanted = new Set([...files, ...lists].map(({ name }) => name));
      const missing = [...wanted].filter((one) => !uploadedAsset(release, one));
      if (missing.length > 0) return `has no ${missing.join(" and no ")} yet, ${assetsOf(release)}`;
      return unverifiable(files, serverOf(release));
    },

    async inputs(tag, version, architecture) {
      const release = await releaseOf(tag);
      if (!release) throw new Error(`${repository} has no release ${tag.name}`);
      const commit = await commitOf(tag);
      const files = wantedFiles(config, subject.name, version, architecture);
      return Promise.all(
        files.map(async (file): Promise<Input> => {
          const asset = required(uploadedAsset(release, file.name), file.name);
          const { sha256, evidence } = await establishDigest(file, serverOf(release), subject);
          return {
            ...file.input,
            url: asset.browser_download_url,
            size: asset.size,
            sha256,
            origin: {
              ...{ kind: "github", repository, tag: tag.name, object: tag.object.sha, commit },
              ...evidence,
            },
          };
        }),
      );
    },
  };
}

/** The part of the definition that both kinds with released files have in common. */
function releasedFiles({ asset = "", files, take, to, ...upstream }: GithubReleases): ReleasedFiles {
  const all = files ?? [{ asset, take, to }];
  return { ...upstream, files: all.map(({ asset: name, ...file }) => ({ ...file, name })) };
}

/** What a release has, for messages. */
function assetsOf({ assets }: GitHubRelease): string {
  const names = assets.filter(({ state }) => state === "uploaded").map(({ name }) => name);
  const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : "";
  return names.length === 0 ? "and no other asset" : `only ${names.slice(0, mostNames).join(", ")}${more}`;
}

/** How many assets a message names: some releases have hundreds. */
const mostNames = 12;

function tagName(tag: GitHubTag): string {
  return tag.name;
}

/** A release's asset, if its upload has finished. */
function uploadedAsset({ assets }: GitHubRelease, name: string): GitHubAsset | undefined {
  return assets.find((asset) => asset.name === name && asset.state === "uploaded");
}

function required(asset: GitHubAsset | undefined, name: string): GitHubAsset {
  if (!asset) throw new Error(`a version without ${name} is not available`);
  return asset;
}

function tooLarge({ browser_download_url: url, size }: GitHubAsset): KilnError {
  return new KilnError("manifest-invalid", {
    expected: `${url} to be a list of checksums or a signature of at most ${largest} bytes`,
    found: `${size} bytes`,
    next: `correct "checksums" or "signature" in extension.yaml`,
  });
}
