import {
  diskFullError,
  isDiskFull,
  isKilnError,
  KilnError,
  printable,
  describeSystemError,
  type ErrorCode,
} from "@sysext-kiln/error";

/** Errors in the command line itself. */
const usageCodes: readonly ErrorCode[] = ["usage", "unknown-extension", "unknown-upstream"];

/**
 * Prints an error: what was expected, what was found, and what to do next.
 * @returns the exit status: 2 for wrong usage, otherwise 1
 */
export function printError(error: unknown, { verbose }: { verbose: boolean }): 1 | 2 {
  const errors = (error instanceof AggregateError ? error.errors : [error]).map(explainSystemError);
  for (const one of errors) process.stderr.write(`${verbose ? trace(one) : formatError(one)}\n`);
  return errors.every((one) => isKilnError(one) && usageCodes.includes(one.code)) ? 2 : 1;
}

/** Throws the errors of a command's parts, after it has printed the results of the others. */
export function throwAny(errors: readonly unknown[]): void {
  if (errors.length > 0) throw new AggregateError(errors);
}

/** Turns an error of the operating system that nothing has explainSystemError yet into a KilnError. */
function explainSystemError(error: unknown): unknown {
  if (isDiskFull(error)) return diskFullError("what was being written", error);
  const found = describeSystemError(error);
  if (found === undefined || !(error instanceof Error) || !("path" in error)) return error;
  return new KilnError("file-inaccessible", {
    expected: `access to ${String(error.path)}`,
    found,
    next: "check the path and its permissions",
    cause: error,
  });
}

/** An error in three parts. Untrusted text cannot control a terminal, or look like one of the parts. */
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
    "  found: an error that kiln did not foresee",
    "  next:  run the command again with --verbose, and report the output as a bug",
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
