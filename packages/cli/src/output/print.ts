import { escapeControls, oneLine } from "@sysext-kiln/error";

/** Prints a result: text for people, or JSON for programs. What comes from outside cannot act on a terminal. */
export function print(options: { json?: boolean }, value: unknown, text: () => string): void {
  process.stdout.write(`${escapeControls(options.json ? JSON.stringify(value, null, 2) : text())}\n`);
}

/** Prints a line about the work beside its result, which the standard output is for. */
export function printNote(line: string): void {
  process.stderr.write(`${oneLine(line)}\n`);
}
