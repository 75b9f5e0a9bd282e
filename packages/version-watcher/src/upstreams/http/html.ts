import { versionOf } from "../version-of.ts";

/** The longest version that is looked for in a page, in characters. */
const longestVersion = 100;

/**
 * The versions in the names of files that a page lists. Nothing of the page is interpreted: every place with
 * the text before the version counts, and takes one look at the characters after it.
 * @param pattern a file name with `{version}` in it once, such as `docker-{version}.tgz`
 */
export function versionsInPage(page: string, pattern: string): Set<string> {
  const text = page.replaceAll(/%2b|&#43;/gi, "+");
  const [before = "", after = ""] = pattern.split("{version}");
  const versions = new Set<string>();
  for (let at = text.indexOf(before); at !== -1; at = text.indexOf(before, at + before.length)) {
    const start = at + before.length;
    const rest = text.slice(start, start + longestVersion + after.length);
    const end = after === "" ? rest.search(/[^0-9A-Za-z.+~-]|$/) : rest.indexOf(after);
    const version = end === -1 ? undefined : versionOf(rest.slice(0, end));
    if (version !== undefined) versions.add(version);
  }
  return versions;
}
