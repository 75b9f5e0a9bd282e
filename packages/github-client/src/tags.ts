import { KilnError } from "@sysext-kiln/error";
import { z } from "zod";
import type { GitHubClient } from "./client.ts";
import { formatRepositoryName, type RepositoryName } from "./repository-name.ts";

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
 * Every tag of a repository, read by reference and not by `/tags`: the references come in one answer, without
 * pages whose order is undocumented, and the answer changes only when a tag does.
 */
export async function listTags(client: GitHubClient, repository: RepositoryName): Promise<GitHubTag[]> {
  const parameters = { ...repository, ref: "tags" };
  const refs = await client.call(client.rest.git.listMatchingRefs, parameters, z.array(refSchema));
  return refs.map(({ ref, object }) => ({ name: ref.replace(/^refs\/tags\//, ""), object }));
}

/** How many tag objects may stand between a tag and its commit. */
const mostTagObjects = 8;

/**
 * The commit that a tag names, directly or through tag objects.
 * @throws KilnError `document-invalid` if the tag objects never end at a commit
 */
export async function commitOfTag(
  client: GitHubClient,
  repository: RepositoryName,
  { name, object }: GitHubTag,
): Promise<string> {
  let { type, sha } = object;
  for (let count = 0; type === "tag" && count < mostTagObjects; count += 1) {
    const parameters = { ...repository, tag_sha: sha };
    const tag = await client.call(client.rest.git.getTag, parameters, z.object({ object: objectSchema }));
    ({ type, sha } = tag.object);
  }
  if (type !== "tag") return sha;
  throw new KilnError("document-invalid", {
    expected: `the tag ${name} of ${formatRepositoryName(repository)} to name a commit`,
    found: `more than ${mostTagObjects} tag objects, one after the other`,
    next: "ask upstream about that tag, or exclude its version",
  });
}
