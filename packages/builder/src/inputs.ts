import { cachedDownload, formatBytes, type Say } from "@sysext-kiln/machine";
import type { FileInput, Input } from "@sysext-kiln/extension";
import { fetchModule } from "./go/fetch.ts";
import { cachedSource } from "./source/cached-source.ts";

/** An input that is on this machine and matches its pin. */
export type FetchedInput = Input & { path: string };

/**
 * Fetches inputs into the cache, unless they are there.
 * @param say receives a line about what is being fetched
 */
export function fetchInputs(inputs: readonly Input[], say: Say): Promise<FetchedInput[]> {
  const files = inputs.filter((input) => isFile(input));
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const received = new Map<string, number>();
  const onBytes = (url: string, bytes: number) => {
    received.set(url, bytes);
    const done = [...received.values()].reduce((sum, one) => sum + one, 0);
    say(`fetching, ${formatBytes(done)} of ${formatBytes(total)}`);
  };
  return Promise.all(
    inputs.map(async (input) => {
      if (isFile(input)) {
        const onProgress = (bytes: number) => onBytes(input.url, bytes);
        return { ...input, path: await cachedDownload(input, { onProgress }) };
      }
      if ("module" in input) return { ...input, path: await fetchModule(input, say) };
      return { ...input, path: await cachedSource(input, say) };
    }),
  );
}

function isFile(input: Input): input is FileInput {
  return "sha256" in input;
}
