import { z } from "zod";
import type { GitHubClient } from "./client.ts";
import type { RepositoryName } from "./repository-name.ts";

const objectSchema = z.object({
  /** `commit`, or `tag` for a tag object that names another object. */
  type: z.string(),
  sha: z.string().regex(/^[0-9a-f]{40}$/),
});
const refSchema = z.object({ ref: z.string(), object: objectSchema });

/** A tag and the git object that it names. */
export interface GitHubTag {
  name: string;
  object: z.infer<typeof objectSchema>;
}

/**
 * Every tag of a repository, read by reference and not by `/tags`: the references come in one answer, without pages whose
 * order is undocumented, and the answer changes only when a tag does.
 */
export async function listTags(client: GitHubClient, repository: RepositoryName): Promise<GitHubTag[]> {
  const parameters = { ...repository, ref: "tags" };
  const refs = await client.call(client.rest.git.listMatchingRefs, parameters, z.array(refSchema));
  return refs.map(({ ref, object }) => ({ name: ref.replace(/^refs\/tags\//, ""), object }));
}

/** The commit that a tag names, directly or through tag objects. */
export async function commitOfTag(
  client: GitHubClient,
  repository: RepositoryName,
  { object }: Pick<GitHubTag, "object">,
): Promise<string> {
  if (object.type !== "tag") return object.sha;
  const parameters = { ...repository, tag_sha: object.sha };
  const tag = await client.call(client.rest.git.getTag, parameters, z.object({ object: objectSchema }));
  return commitOfTag(client, repository, tag);
}
