import { type ReleaseStore } from "@sysext-kiln/release-store";
import { urlSource, type Source } from "./source.ts";
import { updateDirectoryPath } from "@sysext-kiln/extension";

/** What a release store publishes at a URL, with its permanent releases, which cannot be listed from the URL alone. */
export function storeSource(store: ReleaseStore, baseUrl: string): Source {
  return {
    ...urlSource(baseUrl),
    async folders() {
      const tags = (await store.list()).filter(({ draft }) => !draft).map(({ tag }) => tag);
      return [updateDirectoryPath, ...tags.toSorted().map((tag) => `releases/download/${tag}`)];
    },
  };
}
