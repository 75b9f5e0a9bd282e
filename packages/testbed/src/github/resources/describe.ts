import type { components } from "@octokit/openapi-types";
import type { AssetState, GitHubState, ReleaseState, RepositoryState } from "../state.ts";

/** The types of GitHub's answers. */
export type Schemas = components["schemas"];

/** An asset as GitHub sends it, possibly with a state that its description lacks. */
type DescribedAsset = Omit<Schemas["release-asset"], "state"> & Pick<AssetState, "state">;
type DescribedRelease = Omit<Schemas["release"], "assets"> & { assets: DescribedAsset[] };

/** The address of a repository in the API. */
export function apiUrl({ origins }: GitHubState, { owner, name }: RepositoryState): string {
  return `${origins.api}/repos/${owner}/${name}`;
}

/** The address of a repository for people and downloads. */
export function webUrl({ origins }: GitHubState, { owner, name }: RepositoryState): string {
  return `${origins.web}/${owner}/${name}`;
}

export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}:${id}`).toString("base64");
}

export function describeUser({ origins }: GitHubState, login: string): Schemas["simple-user"] {
  const url = `${origins.api}/users/${login}`;
  return {
    login,
    id: 1,
    node_id: nodeId("User", login),
    avatar_url: `${origins.web}/${login}.png`,
    gravatar_id: "",
    url,
    html_url: `${origins.web}/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: login.endsWith("[bot]") ? "Bot" : "User",
    site_admin: false,
  };
}

export function describeRelease(
  state: GitHubState,
  repository: RepositoryState,
  release: ReleaseState,
): DescribedRelease {
  const api = apiUrl(state, repository);
  const web = webUrl(state, repository);
  const url = `${api}/releases/${release.id}`;
  const { owner, name } = repository;
  return {
    url,
    assets_url: `${url}/assets`,
    upload_url: `${state.origins.uploads}/repos/${owner}/${name}/releases/${release.id}/assets{?name,label}`,
    html_url: `${web}/releases/tag/${urlTag(release)}`,
    id: release.id,
    author: describeUser(state, "github-actions[bot]"),
    node_id: nodeId("Release", release.id),
    tag_name: release.tag,
    target_commitish: release.target,
    name: release.name,
    body: release.body,
    draft: release.draft,
    prerelease: release.prerelease,
    immutable: release.immutable,
    created_at: release.createdAt.toISOString(),
    published_at: release.publishedAt?.toISOString() ?? null,
    tarball_url: release.draft ? null : `${api}/tarball/${release.tag}`,
    zipball_url: release.draft ? null : `${api}/zipball/${release.tag}`,
    assets: release.assets.map((asset) => describeAsset(state, repository, release, asset)),
  };
}

export function describeAsset(
  state: GitHubState,
  repository: RepositoryState,
  release: ReleaseState,
  asset: AssetState,
): DescribedAsset {
  const releases = `${webUrl(state, repository)}/releases`;
  return {
    url: `${apiUrl(state, repository)}/releases/assets/${asset.id}`,
    id: asset.id,
    node_id: nodeId("ReleaseAsset", asset.id),
    name: asset.name,
    label: asset.label,
    uploader: describeUser(state, "github-actions[bot]"),
    content_type: asset.contentType,
    state: asset.state,
    size: asset.bytes.length,
    digest: asset.digest,
    download_count: asset.downloads,
    created_at: asset.createdAt.toISOString(),
    updated_at: asset.createdAt.toISOString(),
    browser_download_url: `${releases}/download/${urlTag(release)}/${encodeURIComponent(asset.name)}`,
  };
}

/** A release's tag in URLs. A draft's tag may not exist yet, so its URLs contain a temporary name. */
function urlTag({ id, draft, tag }: ReleaseState): string {
  return draft ? `untagged-${id}` : encodeURIComponent(tag);
}
