import { debug, error as annotateError, isDebug } from "@actions/core";
import { diskFullError, isDiskFull, isKilnError } from "@sysext-kiln/error";

/**
 * Says what went wrong: one annotation an error, which GitHub shows with the run. The stack is only in the log of a run
 * with debug logging.
 */
export function annotate(thrown: unknown): void {
  for (const error of thrown instanceof AggregateError ? thrown.errors : [thrown]) {
    const shown = isDiskFull(error) ? diskFullError("what was being written", error) : error;
    if (isKilnError(shown)) {
      const { code, expected, found, next } = shown;
      annotateError(`expected ${expected}\nfound: ${found}\nnext: ${next}`, { title: code });
    } else {
      const message = shown instanceof Error ? shown.message : String(shown);
      annotateError(
        `${message}\nfound: something that kiln does not know how to explain\n` +
          "next: run it again with debug logging, and report what it prints",
        { title: "unexpected" },
      );
    }
    if (!isDebug()) continue;
    for (let at: unknown = shown; at instanceof Error; at = at.cause) debug(at.stack ?? at.message);
  }
}
