import { type Architecture, type Definition, type Input, parseUpstreamVersion } from "@sysext-kiln/extension";
import { listTags, parseRepositoryName, type GitHubTag } from "@sysext-kiln/github-client";
import { memoize } from "../memoize.ts";
import type { Upstream } from "../upstream.ts";
import type { GitHubAccess } from "./access.ts";
import { requirePinned } from "./pins.ts";
import { releaseFiles } from "./release-files.ts";
import { tagSource } from "./tag-source.ts";

/** What an upstream on GitHub takes from a tag. */
export interface TagContent {
  /** Why it can't be built from; undefined where it can. */
  withheld(tag: GitHubTag, version: string): Promise<string | undefined>;
  inputs(tag: GitHubTag, version: string, architecture: Architecture): Promise<Input[]>;
}

/**
 * Versions as a repository on GitHub has them, by its tags: the source at a tag, or the files of its release. The tags
 * tell what is new because they change only then: a list of releases counts downloads, and is another one at each look.
 */
export function githubUpstream(access: GitHubAccess, definition: Definition): Upstream {
  const { github } = definition.upstreams;
  if (!github) throw new Error(`${definition.name} has no upstream github`);
  const content: TagContent =
    github.kind === "tags" ? tagSource(access, github, definition) : releaseFiles(access, github, definition);
  const tags = memoize(
    async () => tagsByVersion(await listTags(access.client, parseRepositoryName(github.repository))),
    () => "",
  );

  return {
    name: "github",

    async versions() {
      return [...(await tags())].map(([version, [tag]]) => ({ version, ...(tag && { id: tag.object.sha }) }));
    },

    async withheld(version) {
      const [tag, ...others] = (await tags()).get(version) ?? [];
      if (!tag) return "has no tag any more";
      if (others.length === 0) return content.withheld(tag, version);
      return `has several tags, ${[tag, ...others].map(({ name }) => name).join(" and ")}`;
    },

    async inputs(version, architecture) {
      const [tag] = (await tags()).get(version) ?? [];
      if (!tag) throw new Error(`${github.repository} has no tag of ${version}`);
      const inputs = await content.inputs(tag, version, architecture);
      for (const { origin } of inputs) requirePinned(origin, definition);
      return inputs;
    },
  };
}

/** The tags that are versions, with or without `v`: more than one of a version, where upstream has tagged it twice. */
function tagsByVersion(tags: readonly GitHubTag[]): Map<string, GitHubTag[]> {
  const versions = tags.flatMap((tag) => {
    const version = parseUpstreamVersion(tag.name);
    return version === undefined ? [] : [{ version, tag }];
  });
  const groups = Map.groupBy(versions, ({ version }) => version);
  return new Map([...groups].map(([version, found]) => [version, found.map(({ tag }) => tag)]));
}
