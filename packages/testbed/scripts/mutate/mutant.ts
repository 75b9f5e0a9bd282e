/** A small change to a source that a test should notice. */
export interface Mutant {
  /** The path of the source, in the repository. */
  file: string;
  start: number;
  end: number;
  /** What the characters from `start` to `end` become. */
  replacement: string;
}

/** How the tests responded to a mutant. */
export type Verdict = "caught" | "survived" | "timeout";

export function applyMutant({ start, end, replacement }: Mutant, text: string): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

/** Such as `packages/a/src/b.ts:7: >= became >`. */
export function describeMutant({ file, start, end, replacement }: Mutant, text: string): string {
  const line = text.slice(0, start).split("\n").length;
  return `${file}:${line}: ${shorten(text.slice(start, end))} became ${shorten(replacement) || "nothing"}`;
}

function shorten(code: string): string {
  const line = code.replaceAll(/\s+/g, " ").trim();
  return line.length > 90 ? `${line.slice(0, 60)} ... ${line.slice(-25)}` : line;
}
