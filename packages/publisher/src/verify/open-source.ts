import { openReleaseHost } from "@sysext-kiln/release-host";
import { hostSource } from "./host-source.ts";
import { directorySource, urlSource, type Source } from "./source.ts";

/**
 * What is published at a base URL, in a directory, or in a repository (`github:OWNER/REPO`). Of a URL only the update
 * directory is known.
 * @throws KilnError `usage`
 */
export function openSource(where: string): Source {
  if (/^https?:\/\//.test(where)) return urlSource(where);
  const host = openReleaseHost(where);
  return host.baseUrl === undefined ? directorySource(where) : hostSource(host, host.baseUrl);
}
