import { updateDirectoryPath, type ReleaseHost } from "@sysext-kiln/release-host";
import { urlSource, type Source } from "./source.ts";

/** What a release host shows at a URL, with its permanent releases, which a URL alone does not tell of. */
export function hostSource(host: ReleaseHost, baseUrl: string): Source {
  return {
    ...urlSource(baseUrl),
    async folders() {
      const tags = (await host.list()).filter(({ draft }) => !draft).map(({ tag }) => tag);
      return [updateDirectoryPath, ...tags.toSorted().map((tag) => `releases/download/${tag}`)];
    },
  };
}
