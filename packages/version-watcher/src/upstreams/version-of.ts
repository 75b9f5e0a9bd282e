import { parseUpstreamVersion, versionIn } from "@sysext-kiln/extension";

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
