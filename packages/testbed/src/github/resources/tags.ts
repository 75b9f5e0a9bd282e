import { notFound, noContent, ok, redirect, Refusal } from "../answer.ts";
import { page } from "../pagination.ts";
import { route, writesContents, type Route } from "../route.ts";
import type { CommitState, GitHubState, RepositoryState, TagState } from "../state.ts";
import { sourceTree } from "../web/source-archive.ts";
import { storedSourceUrl } from "../web/storage.ts";
import { apiUrl, nodeId, webUrl, type Schemas } from "./describe.ts";

export const tagRoutes: Route[] = [
  route("GET", "/tags", (request) => {
    const { state, repository } = request;
    // The newest name first, as GitHub sorts them.
    const tags = [...repository.tags.values()].toSorted((left, right) => (left.name < right.name ? 1 : -1));
    return page(request, "/tags", tags, (tag) => describeTag(state, repository, tag));
  }),

  route("GET", "/git/ref/{ref}", ({ state, repository, params }) =>
    ok(describeRef(state, repository, tagOfRef(repository, params["ref"]))),
  ),

  route("GET", "/git/matching-refs/{ref}", (request) => {
    const { state, repository, params } = request;
    const tags = [...repository.tags.values()].filter(({ name }) =>
      `tags/${name}`.startsWith(params["ref"] ?? ""),
    );
    return ok(tags.map((tag) => describeRef(state, repository, tag)));
  }),

  route("GET", "/git/tags/{tag_sha}", ({ state, repository, params }) => {
    const tag = [...repository.tags.values()].find(({ object }) => object === params["tag_sha"]);
    if (!tag?.object) throw notFound();
    return ok({
      node_id: nodeId("Tag", tag.object),
      tag: tag.name,
      sha: tag.object,
      url: `${apiUrl(state, repository)}/git/tags/${tag.object}`,
      message: tag.message,
      tagger: {
        date: commitOf(repository, tag.commit).date.toISOString(),
        email: "a@example.org",
        name: "a",
      },
      object: {
        sha: tag.commit,
        type: "commit",
        url: `${apiUrl(state, repository)}/git/commits/${tag.commit}`,
      },
      verification: {
        verified: false,
        reason: "unsigned",
        signature: null,
        payload: null,
        verified_at: null,
      },
    } satisfies Schemas["git-tag"]);
  }),

  route(
    "DELETE",
    "/git/refs/{ref}",
    ({ repository, params }) => {
      const tag = tagOfRef(repository, params["ref"], new Refusal(422, "Reference does not exist"));
      if (repository.releases.some((release) => release.immutable && release.tag === tag.name)) {
        throw new Refusal(422, "Cannot delete a tag of an immutable release");
      }
      repository.tags.delete(tag.name);
      // Its published release becomes a draft again.
      for (const release of repository.releases) if (release.tag === tag.name) release.draft = true;
      return noContent();
    },
    writesContents,
  ),

  route("GET", "/git/commits/{commit_sha}", async ({ state, repository, params }) => {
    const commit = commitOf(repository, params["commit_sha"]);
    const tree = await sourceTree(commit);
    return ok({
      sha: commit.sha,
      node_id: nodeId("Commit", commit.sha),
      url: `${apiUrl(state, repository)}/git/commits/${commit.sha}`,
      html_url: `${webUrl(state, repository)}/commit/${commit.sha}`,
      author: person(commit),
      committer: person(commit),
      message: commit.message,
      tree: { sha: tree, url: `${apiUrl(state, repository)}/git/trees/${tree}` },
      parents: [],
      verification: {
        verified: false,
        reason: "unsigned",
        signature: null,
        payload: null,
        verified_at: null,
      },
    } satisfies Schemas["git-commit"]);
  }),

  route("GET", "/tarball/{ref}", ({ state, repository, params }) => {
    const reference = params["ref"] ?? "";
    const tag = repository.tags.get(reference.replace(/^refs\/tags\//, ""));
    const commit = commitOf(repository, tag?.commit ?? reference);
    const folder = `${repository.owner}-${repository.name}-${commit.sha.slice(0, 7)}`;
    return redirect(storedSourceUrl(state, commit, folder));
  }),
];

function describeTag(
  state: GitHubState,
  repository: RepositoryState,
  { name, commit }: TagState,
): Schemas["tag"] {
  const api = apiUrl(state, repository);
  return {
    name,
    commit: { sha: commit, url: `${api}/commits/${commit}` },
    zipball_url: `${api}/zipball/refs/tags/${name}`,
    tarball_url: `${api}/tarball/refs/tags/${name}`,
    node_id: nodeId("Ref", name),
  };
}

/** A tag's reference. That of an annotated tag leads to a tag object, which leads to the commit. */
function describeRef(
  state: GitHubState,
  repository: RepositoryState,
  { name, object, commit }: TagState,
): Schemas["git-ref"] {
  const api = apiUrl(state, repository);
  return {
    ref: `refs/tags/${name}`,
    node_id: nodeId("Ref", name),
    url: `${api}/git/refs/tags/${name}`,
    object:
      object === undefined
        ? { sha: commit, type: "commit", url: `${api}/git/commits/${commit}` }
        : { sha: object, type: "tag", url: `${api}/git/tags/${object}` },
  };
}

function tagOfRef(repository: RepositoryState, reference = "", otherwise: Refusal = notFound()): TagState {
  const tag = reference.startsWith("tags/")
    ? repository.tags.get(reference.slice("tags/".length))
    : undefined;
  if (!tag) throw otherwise;
  return tag;
}

function commitOf({ commits }: RepositoryState, sha = ""): CommitState {
  const commit = commits.get(sha);
  if (!commit) throw notFound();
  return commit;
}

function person({ date }: CommitState) {
  return { date: date.toISOString(), email: "a@example.org", name: "a" };
}
