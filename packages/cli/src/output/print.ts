/** Prints a result: text for people, or JSON for programs. */
export function print(options: { json?: boolean }, value: unknown, text: () => string): void {
  process.stdout.write(`${options.json ? JSON.stringify(value, null, 2) : text()}\n`);
}
