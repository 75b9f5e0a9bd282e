import { KilnError } from "@sysext-kiln/error";
import { type GithubUpstream, type Input } from "@sysext-kiln/extension";
import { listTags, parseRepositoryName } from "@sysext-kiln/github-client";
import { memoize, type Subject, type Upstream } from "../upstream.ts";
import { releaseFiles } from "./release-files.ts";
import type { GitHubAccess, TagContent } from "./tag-content.ts";
import { fileAtVersion } from "./repository-file.ts";
import { tagSource } from "./tag-source.ts";
import { tagsByVersion } from "../version-of.ts";

/**
 * Versions as a repository on GitHub has them, by its tags: the source at a tag, or the files of its release.
 * Tags are what shows new versions because they change only then: a list of releases contains download
 * counts, and so differs on every request.
 */
export function githubUpstream(access: GitHubAccess, github: GithubUpstream, subject: Subject): Upstream {
  const content: TagContent =
    github.kind === "tags" ? tagSource(access, github, subject) : releaseFiles(access, github, subject);
  const tags = memoize(
    async () => {
      access.say(`reading the tags of ${github.repository} on GitHub`);
      return tagsByVersion(
        await listTags(access.client, parseRepositoryName(github.repository)),
        github.tags,
      );
    },
    () => "",
  );

  return {
    name: "github",
    filesIdentity: "tag",

    async versions() {
      return [...(await tags())].map(([version, [tag]]) => ({ version, ...(tag && { id: tag.object.sha }) }));
    },

    async unavailableReason(version) {
      const [tag, ...others] = (await tags()).get(version) ?? [];
      if (!tag) return "no longer has a tag";
      if (others.length === 0) return content.unavailableReason(tag, version);
      return `has several tags, ${[tag, ...others].map(({ name }) => name).join(" and ")}`;
    },

    fileInRepository: (version, path) => fileAtVersion(access, github.repository, github.tags, version, path),

    async inputs(version, architecture) {
      const [tag] = (await tags()).get(version) ?? [];
      if (!tag) throw new Error(`${github.repository} has no tag for ${version}`);
      const inputs = await content.inputs(tag, version, architecture);
      for (const { origin } of inputs) requirePinnedCommit(origin, github, subject);
      return inputs;
    },
  };
}

/**
 * Rejects a tag that names another commit than the one it is pinned to: it was moved again.
 * @throws KilnError `upstream-moved`
 */
function requirePinnedCommit(
  origin: Input["origin"],
  { pins }: GithubUpstream,
  { key, extension }: Subject,
): void {
  if (origin.kind !== "github") return;
  const { tag, commit, repository } = origin;
  const pin = pins?.[tag];
  if (pin === undefined || pin === commit) return;
  throw new KilnError("upstream-moved", {
    expected: `tag ${tag} in ${repository} to name ${pin}, as "${key}.pins" says`,
    found: commit,
    next: `ask upstream why, review the change, and then correct the pin in extensions/${extension}/extension.yaml`,
  });
}
