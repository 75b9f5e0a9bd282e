import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** The stages of a stream: a source, and transformations. */
export type Stages = (NodeJS.ReadableStream | NodeJS.ReadWriteStream)[];

/**
 * Feeds a stream to a program that may exit before the end of its input, as tar does at the end of an
 * archive. The rest is padding, but it is read as well, because the end of a compressed stream has its
 * checksum.
 * @param program a process with a pipe as its standard input
 */
export async function feed(stages: Stages, program: Promise<unknown> & { stdin: Writable }): Promise<void> {
  const { stdin } = program;
  // Its exit status shows whether it received everything that it needs.
  stdin.on("error", () => undefined);
  const input = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (stdin.writable) stdin.write(chunk, () => done());
      else done();
    },
    final(done) {
      stdin.end();
      done();
    },
    destroy(error, done) {
      stdin.destroy();
      done(error);
    },
  });
  program.catch((error: Error) => input.destroy(error));
  await pipeline([...stages, input]);
  await program;
}
