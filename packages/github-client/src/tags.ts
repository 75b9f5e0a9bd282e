import { z } from "zod";
import type { GitHubClient } from "./client.ts";
import type { RepositoryName } from "./repository-name.ts";

const objectSchema = z.object({
  /** `commit`, or `tag` for a tag object that leads to it. */
  type: z.string(),
  sha: z.string().regex(/^[0-9a-f]{40}$/),
});
const refSchema = z.object({ ref: z.string(), object: objectSchema });

/** A tag, and what it is in git. */
export interface GitHubTag {
  name: string;
  object: z.infer<typeof objectSchema>;
}

/**
 * Every tag of a repository. By their references and not by `/tags`: those come in one answer, without pages whose
 * order nobody promises, and nothing in it changes unless a tag does.
 */
export async function listTags(client: GitHubClient, repository: RepositoryName): Promise<GitHubTag[]> {
  const route = "GET /repos/{owner}/{repo}/git/matching-refs/{ref}";
  const refs = await client.list(route, { ...repository, ref: "tags" }, refSchema);
  return refs.map(({ ref, object }) => ({ name: ref.replace(/^refs\/tags\//, ""), object }));
}

/** The commit that a tag names in the end. */
export async function commitOfTag(
  client: GitHubClient,
  repository: RepositoryName,
  { object }: Pick<GitHubTag, "object">,
): Promise<string> {
  if (object.type !== "tag") return object.sha;
  const route = "GET /repos/{owner}/{repo}/git/tags/{tag_sha}";
  const tag = await client.call(
    route,
    { ...repository, tag_sha: object.sha },
    z.object({ object: objectSchema }),
  );
  return commitOfTag(client, repository, tag);
}
