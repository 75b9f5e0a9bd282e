import { ok } from "../answer.ts";
import { route, type ApiRequest, type Route } from "../route.ts";
import { webUrl, type Schemas } from "./describe.ts";
import { describeRepository } from "./repository-summary.ts";

export const repositoryRoutes: Route[] = [
  // Whoever can see a repository may read this: GitHub gives every token of it `metadata: read`.
  route("GET", "", (request) => ok(describeWhole(request))),
];

/** A repository as it appears in the answer about itself. */
function describeWhole({ state, repository, canPush }: ApiRequest): Schemas["full-repository"] {
  const url = webUrl(state, repository);
  const createdAt = "2026-01-01T00:00:00Z";
  return {
    ...describeRepository(state, repository),
    permissions: { admin: false, push: canPush, pull: true },
    git_url: `${url.replace(/^\w+/, "git")}.git`,
    ssh_url: `git@${new URL(url).hostname}:${repository.owner}/${repository.name}.git`,
    clone_url: `${url}.git`,
    svn_url: url,
    mirror_url: null,
    homepage: null,
    language: null,
    forks_count: 0,
    forks: 0,
    stargazers_count: 0,
    watchers_count: 0,
    watchers: 0,
    size: 1,
    default_branch: "main",
    open_issues_count: 0,
    open_issues: 0,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    archived: false,
    disabled: false,
    visibility: repository.isPrivate ? "private" : "public",
    pushed_at: createdAt,
    created_at: createdAt,
    updated_at: createdAt,
    subscribers_count: 0,
    network_count: 0,
    license: null,
  };
}
