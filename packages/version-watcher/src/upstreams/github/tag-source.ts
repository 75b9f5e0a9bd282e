import { type GithubTags, gitIdSchema, type SourceInput } from "@sysext-kiln/extension";
import {
  commitOfTag,
  parseRepositoryName,
  type GitHubClient,
  type GitHubTag,
  type RepositoryName,
} from "@sysext-kiln/github-client";
import { z } from "zod";
import { memoize, type Subject } from "../upstream.ts";
import type { GitHubAccess, TagContent } from "./tag-content.ts";

/** The source at a tag, pinned to the commit that the tag names. */
export function tagSource(
  { client, serverUrl, say }: GitHubAccess,
  { repository }: GithubTags,
  { name }: Subject,
): TagContent {
  const at = parseRepositoryName(repository);
  const inputOf = memoize(
    async (tag: GitHubTag): Promise<SourceInput> => {
      say(`reading the commit of the tag ${tag.name} of ${repository}`);
      const commit = await commitOfTag(client, at, tag);
      return {
        name: `${name}.orig.tar`,
        url: `${serverUrl}/${repository}/archive/${commit}.tar.gz`,
        ...(await commitContent(client, at, commit)),
        origin: { kind: "github", repository, tag: tag.name, object: tag.object.sha, commit },
      };
    },
    (tag) => tag.name,
  );
  return {
    // Every tag has a source.
    unavailableReason: () => Promise.resolve(undefined),
    inputs: async (tag) => [await inputOf(tag)],
  };
}

const commitSchema = z.object({
  tree: z.object({ sha: gitIdSchema }),
  committer: z.object({ date: z.iso.datetime({ offset: true }) }),
});

async function commitContent(
  client: GitHubClient,
  at: RepositoryName,
  commit: string,
): Promise<Pick<SourceInput, "tree" | "epoch">> {
  const parameters = { ...at, commit_sha: commit };
  const { tree, committer } = await client.call(client.rest.git.getCommit, parameters, commitSchema);
  return { tree: tree.sha, epoch: Math.floor(Date.parse(committer.date) / 1000) };
}
