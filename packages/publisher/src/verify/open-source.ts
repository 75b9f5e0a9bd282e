import { KilnError } from "@sysext-kiln/error";
import { openReleaseStore } from "@sysext-kiln/release-store";
import { storeSource } from "./store-source.ts";
import { directorySource, urlSource, type Source } from "./source.ts";

/**
 * What is published at a base URL, in a directory, or in a repository (`github:OWNER/REPO`). Of a URL only the update
 * directory is known.
 * @throws KilnError `usage`
 */
export function openSource(where: string): Source {
  if (/^https?:\/\//.test(where)) {
    refuseLogin(where);
    return urlSource(where);
  }
  const store = openReleaseStore(where);
  return store.baseUrl === undefined ? directorySource(where) : storeSource(store, store.baseUrl);
}

/** Every error about a URL prints it. */
function refuseLogin(url: string): void {
  if (!URL.canParse(url)) return;
  const { username, password } = new URL(url);
  if (username === "" && password === "") return;
  throw new KilnError("usage", {
    expected: "a URL without a user name and password",
    found: "one that has them",
    next: "serve what is published without a login; signatures show hosts that it is genuine",
  });
}
