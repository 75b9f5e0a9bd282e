import { Transform } from "node:stream";

/** A progress such as `1.2 of 6.4 GB`. */
export function formatProgress(done: number, total: number): string {
  return `${(done / 1e9).toFixed(1)} of ${(total / 1e9).toFixed(1)} GB`;
}

/** A stage of a stream that reports how many bytes have passed. */
export function meter(onBytes: (bytes: number) => void): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      onBytes(bytes);
      done(null, chunk);
    },
  });
}
