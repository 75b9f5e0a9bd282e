import { openReleaseStore } from "@sysext-kiln/release-store";
import { storeSource } from "./store-source.ts";
import { directorySource, urlSource, type Source } from "./source.ts";

/**
 * What is published at a base URL, in a directory, or in a repository (`github:OWNER/REPO`). Of a URL only the update
 * directory is known.
 * @throws KilnError `usage`
 */
export function openSource(where: string): Source {
  if (/^https?:\/\//.test(where)) return urlSource(where);
  const store = openReleaseStore(where);
  return store.baseUrl === undefined ? directorySource(where) : storeSource(store, store.baseUrl);
}
