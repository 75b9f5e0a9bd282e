import type { GitHubTag } from "@sysext-kiln/github-client";
import { versionOf } from "../version-of.ts";

/**
 * The tags that are versions: with or without `v`, unless a form is given. Upstream may have tagged a version
 * in both ways.
 */
export function tagsByVersion(tags: readonly GitHubTag[], form?: string): Map<string, GitHubTag[]> {
  const versions = tags.flatMap((tag) => {
    const version = versionOf(tag.name, form);
    return version === undefined ? [] : [{ version, tag }];
  });
  const groups = Map.groupBy(versions, ({ version }) => version);
  return new Map([...groups].map(([version, found]) => [version, found.map(({ tag }) => tag)]));
}
