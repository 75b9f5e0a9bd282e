import { parseUpstreamVersion, versionIn } from "@sysext-kiln/extension";
import type { GitHubTag } from "@sysext-kiln/github-client";

/**
 * The version in a tag or another text; undefined for a text that is not a version.
 * @param form the form of the text, with `{version}` in it once; without it, a version with or without `v`
 */
export function versionOf(text: string, form = "{version}"): string | undefined {
  const version = versionIn(form, text);
  if (version === undefined) return undefined;
  const parsed = parseUpstreamVersion(version);
  // With a form, only the form decides about a "v".
  return form !== "{version}" && parsed !== version ? undefined : parsed;
}

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
