import { z } from "zod";
import { created, invalid, noContent, notFound, ok, Refusal } from "../answer.ts";
import { page } from "../pagination.ts";
import { route, writesContents, type ApiRequest, type Route } from "../route.ts";
import { latestRelease, type ReleaseState, type RepositoryState } from "../state.ts";
import { describeRelease } from "./describe.ts";

/** The body of a request that changes a release. */
const changeSchema = z.object({
  tag_name: z.string().optional(),
  target_commitish: z.string().optional(),
  name: z.string().optional(),
  body: z.string().optional(),
  draft: z.boolean().optional(),
  prerelease: z.boolean().optional(),
  make_latest: z.enum(["true", "false", "legacy"]).optional(),
});
/** The body of a request that creates a release. */
const creationSchema = changeSchema.extend({ tag_name: z.string() });
type MakeLatest = "true" | "false" | "legacy";

export const releaseRoutes: Route[] = [
  route("GET", "/releases", (request) => {
    const { state, repository, canPush } = request;
    const visible = repository.releases
      .filter(({ draft }) => canPush || !draft)
      .toSorted((left, right) => right.createdAt.getTime() - left.createdAt.getTime() || right.id - left.id);
    return page(request, "/releases", visible, (release) => describeRelease(state, repository, release));
  }),

  route("GET", "/releases/latest", ({ state, repository }) => {
    const release = latestRelease(repository);
    if (!release) throw notFound();
    return ok(describeRelease(state, repository, release));
  }),

  route("GET", "/releases/tags/{tag}", ({ state, repository, params }) => {
    // Drafts are not found by their tag.
    const release = repository.releases.find(({ draft, tag }) => !draft && tag === params["tag"]);
    if (!release) throw notFound();
    return ok(describeRelease(state, repository, release));
  }),

  route("GET", "/releases/{release_id}", (request) =>
    ok(describeRelease(request.state, request.repository, releaseOf(request))),
  ),

  route(
    "POST",
    "/releases",
    ({ state, repository, body }) => {
      const wanted = creationSchema.parse(body);
      const release: ReleaseState = {
        id: state.nextId(),
        tag: wanted.tag_name,
        target: wanted.target_commitish ?? "main",
        name: wanted.name ?? null,
        body: wanted.body ?? null,
        draft: true,
        prerelease: wanted.prerelease ?? false,
        immutable: false,
        createdAt: new Date(),
        publishedAt: undefined,
        assets: [],
      };
      refuseUsedTag(repository, release.tag);
      if (!wanted.draft) publish(repository, release, wanted.make_latest);
      else if (wanted.make_latest === "true") throw draftsCannotBeLatest();
      repository.releases.push(release);
      return created(describeRelease(state, repository, release));
    },
    writesContents,
  ),

  route(
    "PATCH",
    "/releases/{release_id}",
    (request) => {
      const { state, repository, body } = request;
      const release = releaseOf(request);
      const wanted = changeSchema.parse(body);
      if (release.immutable && wanted.tag_name !== undefined && wanted.tag_name !== release.tag) {
        throw invalid({
          resource: "Release",
          code: "custom",
          field: "tag_name",
          message: "tag_name is immutable",
        });
      }
      const changed: ReleaseState = {
        ...release,
        tag: wanted.tag_name ?? release.tag,
        target: wanted.target_commitish ?? release.target,
        name: wanted.name ?? release.name,
        body: wanted.body ?? release.body,
        prerelease: wanted.prerelease ?? release.prerelease,
      };
      const stays = wanted.draft ?? release.draft;
      if (stays && wanted.make_latest === "true") throw draftsCannotBeLatest();
      if (release.draft && !stays) publish(repository, changed, wanted.make_latest);
      else if (!changed.draft) choose(repository, changed, wanted.make_latest ?? "false");
      Object.assign(release, changed);
      return ok(describeRelease(state, repository, release));
    },
    writesContents,
  ),

  route(
    "DELETE",
    "/releases/{release_id}",
    (request) => {
      const release = releaseOf(request);
      request.repository.releases = request.repository.releases.filter((other) => other !== release);
      return noContent();
    },
    writesContents,
  ),
];

/** The release that a path names; drafts are visible only to those who can push. */
export function releaseOf({ repository, params, canPush }: ApiRequest): ReleaseState {
  const release = repository.releases.find(({ id }) => String(id) === params["release_id"]);
  if (!release || (release.draft && !canPush)) throw notFound();
  return release;
}

/** Publishes a release, and creates its tag unless it exists. */
function publish(repository: RepositoryState, release: ReleaseState, makeLatest: MakeLatest = "true"): void {
  refuseUsedTag(repository, release.tag);
  if (repository.releases.some(({ id, draft, tag }) => id !== release.id && !draft && tag === release.tag)) {
    throw invalid({ resource: "Release", code: "already_exists", field: "tag_name" });
  }
  if (repository.head === undefined) throw new Refusal(422, "Repository is empty.");
  const commit = repository.tags.get(release.tag)?.commit ?? commitAt(repository, release.target);
  if (commit === undefined) {
    throw invalid({ resource: "Release", code: "invalid", field: "target_commitish" });
  }
  if (!repository.tags.has(release.tag)) {
    repository.tags.set(release.tag, { name: release.tag, commit, object: undefined, message: "" });
  }
  release.draft = false;
  release.publishedAt = new Date();
  release.immutable = repository.immutableReleases;
  if (release.immutable) repository.usedTags.add(release.tag);
  choose(repository, release, makeLatest);
}

function choose(repository: RepositoryState, { id, prerelease }: ReleaseState, makeLatest: MakeLatest): void {
  if (makeLatest === "true" && prerelease) throw draftsCannotBeLatest();
  if (makeLatest === "true") repository.latest = id;
  if (makeLatest === "legacy") repository.latest = undefined;
}

function refuseUsedTag(repository: RepositoryState, tag: string): void {
  if (!repository.usedTags.has(tag)) return;
  throw invalid({
    resource: "Release",
    code: "custom",
    field: "tag_name",
    message: "tag_name was used by an immutable release",
  });
}

function draftsCannotBeLatest(): Refusal {
  return invalid({
    resource: "Release",
    code: "custom",
    field: "make_latest",
    message: "Latest release cannot be draft or prerelease",
  });
}

function commitAt(repository: RepositoryState, target: string): string | undefined {
  return target === "main" ? repository.head : repository.commits.get(target)?.sha;
}
