import { cachedDownload } from "@sysext-kiln/machine";
import type { Input } from "@sysext-kiln/version-watcher";

/** An input that is on this machine, with its digest checked. */
export interface FetchedInput extends Input {
  path: string;
}

/**
 * Brings inputs to this machine, once: they are kept by digest.
 * @param onBytes how many bytes of all of them are here, and how many there are
 */
export async function fetchInputs(
  inputs: readonly Input[],
  onBytes: (done: number, total: number) => void,
): Promise<FetchedInput[]> {
  const total = inputs.reduce((sum, { size }) => sum + size, 0);
  const done = new Map<string, number>();
  return Promise.all(
    inputs.map(async (input) => {
      const path = await cachedDownload(input, {
        onProgress: (bytes) => {
          done.set(input.url, bytes);
          onBytes(
            [...done.values()].reduce((sum, one) => sum + one, 0),
            total,
          );
        },
      });
      return { ...input, path };
    }),
  );
}
