import { escapeControls, oneLine, systemCode } from "@sysext-kiln/error";

/** Prints a result: text for people, or JSON for programs. Untrusted text in it cannot control a terminal. */
export function print(options: { json?: boolean }, value: unknown, text: () => string): void {
  process.stdout.write(`${escapeControls(options.json ? JSON.stringify(value, null, 2) : text())}\n`);
}

/** Prints a line that is not part of the result, to the standard error. */
export function printNote(line: string): void {
  process.stderr.write(`${oneLine(line)}\n`);
}

/** Formats rows as aligned columns with a heading. */
export function formatTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heading, ...rows].map((row) => row.map(oneLine));
  const widths = heading.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** A duration for people: `1:23`, in minutes and seconds. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/**
 * The status of a process that SIGPIPE ended, as shells report it. Node ignores the signal and gets an error
 * instead.
 */
const closedPipeStatus = 141;

/** Ends this process quietly when the reader of its output is gone, as with `| head -1`. */
export function exitOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error) => {
      if (systemCode(error) !== "EPIPE") throw error;
      process.exit(closedPipeStatus);
    });
  }
}
