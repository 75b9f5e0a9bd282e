import type { z } from "zod";

/**
 * A record that kiln keeps in the notes of a release: JSON in an HTML comment on a line of its own, which Markdown does
 * not show. It is kept in the notes because every store lists those together with the releases.
 */
export interface NotesRecord<T> {
  /** The line, without a line end. */
  format(record: T): string;
  /** The record of the last such line; undefined if there is none, or somebody has edited it. */
  parse(notes: string): T | undefined;
  /** The notes without the last such line, without what follows it, and without the blank line before it. */
  strip(notes: string): string;
}

/** @param name tells the kinds of records apart */
export function notesRecord<T>(name: string, schema: z.ZodType<T>): NotesRecord<T> {
  const start = `<!-- ${name} `;
  const end = " -->";
  const lineIn = (notes: string) => notes.split(/\r?\n/).findLast((line) => line.startsWith(start));
  return {
    // An escaped ">" keeps a value from ending the comment.
    format: (record) => `${start}${JSON.stringify(record).replaceAll(">", String.raw`\u003e`)}${end}`,
    parse(notes) {
      const line = lineIn(notes)?.trimEnd();
      if (!line?.endsWith(end)) return undefined;
      try {
        const json: unknown = JSON.parse(line.slice(start.length, -end.length));
        return schema.safeParse(json).data;
      } catch {
        return undefined;
      }
    },
    strip(notes) {
      const line = lineIn(notes);
      return line === undefined
        ? notes
        : notes.slice(0, notes.lastIndexOf(line)).replace(/(\r?\n){1,2}$/, "");
    },
  };
}
