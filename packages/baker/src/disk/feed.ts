import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** What bytes come from and go through. */
export type Stages = (NodeJS.ReadableStream | NodeJS.ReadWriteStream)[];

/**
 * Feeds a program that may end before its input does. tar does, at the end of its archive: what follows is padding, which
 * is read all the same, as the end of a compressed stream tells whether all of it was right.
 * @param program one that was started with a pipe for its input
 */
export async function feed(stages: Stages, program: Promise<unknown> & { stdin: Writable }): Promise<void> {
  const { stdin } = program;
  // Whether it had what it needed is what its exit status tells.
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
