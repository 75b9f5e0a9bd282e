import { systemCode } from "@sysext-kiln/error";

/** What a shell gives for a program that SIGPIPE has ended; Node ignores that signal, and gets an error in its place. */
const endedByClosedPipe = 141;

/** Ends this process when nobody reads any more what it prints, as with `| head -1`: quietly, as other programs do. */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error) => {
      if (systemCode(error) !== "EPIPE") throw error;
      process.exit(endedByClosedPipe);
    });
  }
}
