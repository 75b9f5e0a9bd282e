import { z } from "zod";
import type { GitHubClient } from "./client.ts";
import type { RepositoryName } from "./repository-name.ts";

const tagSchema = z.object({
  name: z.string(),
  commit: z.object({ sha: z.string().regex(/^[0-9a-f]{40,64}$/) }),
});

/** A tag, and the commit that it names in the end, also where it is annotated. */
export interface GitHubTag {
  name: string;
  commit: string;
}

/** Every tag of a repository. */
export async function listTags(client: GitHubClient, repository: RepositoryName): Promise<GitHubTag[]> {
  const tags = await client.list("GET /repos/{owner}/{repo}/tags", { ...repository }, tagSchema);
  return tags.map(({ name, commit }) => ({ name, commit: commit.sha }));
}
