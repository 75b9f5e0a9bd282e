import { createReadStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import type { RepositoryName } from "./repository-name.ts";

/** A file to upload as an asset of a release. */
export interface Upload extends RepositoryName {
  release_id: number;
  /** The URL that GitHub gives with the release. */
  uploadUrl: string;
  name: string;
  path: string;
  /** In bytes. */
  size: number;
  /** Called with the number of bytes sent so far; a repeated upload starts again at 0. */
  onBytes?: ((sent: number) => void) | undefined;
}

/**
 * A `fetch` whose body is a file. Each attempt opens the file again, because a stream that has been read
 * cannot be sent again.
 */
export function uploadingFetch(
  { path, size, onBytes }: Pick<Upload, "path" | "size" | "onBytes">,
  fetch: typeof globalThis.fetch,
): typeof globalThis.fetch {
  return (input, init) => {
    let sent = 0;
    const meter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        sent += chunk.length;
        onBytes?.(sent);
        done(null, chunk);
      },
    });
    const file = createReadStream(path);
    file.on("error", (error) => meter.destroy(error));
    const headers = new Headers(init?.headers);
    headers.set("content-length", String(size));
    headers.set("content-type", "application/octet-stream");
    return fetch(input, { ...init, headers, body: Readable.toWeb(file.pipe(meter)), duplex: "half" });
  };
}
