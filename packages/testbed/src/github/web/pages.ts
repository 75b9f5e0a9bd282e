import { notFound, redirect, type Answer } from "../answer.ts";
import { webUrl } from "../resources/describe.ts";
import { latestRelease, type GitHubState, type RepositoryState } from "../state.ts";
import { storedAssetUrl, storedFileUrl, storedSourceUrl } from "./storage.ts";

/** What github.com itself serves to programs: downloads, each as a redirect to the storage. */
export function fetchPage(state: GitHubState, path: string): Answer {
  const [, owner = "", name = "", ...rest] = path.split("/").map(decodeURIComponent);
  const repository = state.repositories.find(
    (one) => one.owner.toLowerCase() === owner.toLowerCase() && one.name.toLowerCase() === name.toLowerCase(),
  );
  // A private repository looks as if it did not exist.
  if (!repository || repository.isPrivate) throw notFound();
  const [area, ...segments] = rest;
  if (area === "releases") return releaseDownload(state, repository, segments);
  if (area === "archive") return sourceDownload(state, repository, segments.join("/"));
  if (area === "raw") return fileDownload(state, repository, segments);
  throw notFound();
}

/** A file as a commit has it. */
function fileDownload(
  state: GitHubState,
  { commits }: RepositoryState,
  [sha = "", ...path]: readonly string[],
): Answer {
  const commit = commits.get(sha);
  if (!commit) throw notFound();
  return redirect(storedFileUrl(state, commit, path.join("/")));
}

function releaseDownload(
  state: GitHubState,
  repository: RepositoryState,
  segments: readonly string[],
): Answer {
  if (segments[0] === "latest" && segments[1] === "download") {
    const release = latestRelease(repository);
    if (!release || segments[2] === undefined) throw notFound();
    const file = encodeURIComponent(segments[2]);
    return redirect(
      `${webUrl(state, repository)}/releases/download/${encodeURIComponent(release.tag)}/${file}`,
    );
  }
  const [download, tag, file] = segments;
  const release = repository.releases.find((one) => !one.draft && one.tag === tag);
  const asset = release?.assets.find((one) => one.name === file && one.state === "uploaded");
  if (download !== "download" || !asset) throw notFound();
  return redirect(storedAssetUrl(state, asset));
}

/** @param file `refs/tags/TAG.tar.gz`, or a commit's `SHA.tar.gz` */
function sourceDownload(state: GitHubState, repository: RepositoryState, file: string): Answer {
  const reference = /^(?<name>.+)\.tar\.gz$/.exec(file)?.groups?.["name"] ?? "";
  const tag = repository.tags.get(reference.replace(/^refs\/tags\//, ""));
  const commit = repository.commits.get(tag?.commit ?? reference);
  if (!commit) throw notFound();
  const version = tag ? tag.name.replace(/^v(?=\d)/, "") : commit.sha;
  return redirect(storedSourceUrl(state, commit, `${repository.name}-${version}`));
}
