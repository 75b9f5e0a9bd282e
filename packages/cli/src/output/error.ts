import {
  diskFullError,
  isDiskFull,
  isKilnError,
  KilnError,
  printable,
  describeSystemError,
  type ErrorCode,
} from "@sysext-kiln/error";

/** What the person who typed the command got wrong, as against what went wrong afterwards. */
const usageErrors: readonly ErrorCode[] = ["usage", "unknown-extension", "unknown-upstream"];

/**
 * Prints an error for a person: what was expected, what was found, what to do next.
 * @returns the exit status: 2 for wrong usage, otherwise 1
 */
export function printError(error: unknown, { verbose }: { verbose: boolean }): 1 | 2 {
  const errors = (error instanceof AggregateError ? error.errors : [error]).map(explained);
  for (const one of errors) process.stderr.write(`${verbose ? trace(one) : formatError(one)}\n`);
  return errors.every((one) => isKilnError(one) && usageErrors.includes(one.code)) ? 2 : 1;
}

/** Ends a command whose parts failed, after it has told what came of the others. */
export function throwAny(errors: readonly unknown[]): void {
  if (errors.length > 0) throw new AggregateError(errors);
}

/** What no part of kiln could tell better, as the operating system has said it. */
function explained(error: unknown): unknown {
  if (isDiskFull(error)) return diskFullError("what was being written", error);
  const found = describeSystemError(error);
  if (found === undefined || !(error instanceof Error) || !("path" in error)) return error;
  return new KilnError("file-inaccessible", {
    expected: `to read or write ${String(error.path)}`,
    found,
    next: "check the path, and who may read and write there",
    cause: error,
  });
}

/** An error in three parts. What comes from outside cannot act on a terminal, nor look like a part of its own. */
export function formatError(error: unknown): string {
  if (isKilnError(error)) {
    return [
      `error (${error.code}): expected ${part(error.expected)}`,
      `  found: ${part(error.found)}`,
      `  next:  ${part(error.next)}`,
    ].join("\n");
  }
  const message = error instanceof Error ? error.message : String(error);
  return [
    `error (unexpected): ${part(message)}`,
    "  found: something that kiln does not know how to explain",
    "  next:  run it again with --verbose, and report what it prints",
  ].join("\n");
}

function part(text: string): string {
  return printable(text).replaceAll("\n", `\n${" ".repeat("  found: ".length)}`);
}

function trace(error: unknown): string {
  const parts = [formatError(error)];
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    parts.push(printable(at.stack ?? at.message));
  return parts.join("\n");
}
