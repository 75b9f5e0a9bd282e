import type { z } from "zod";

/**
 * A record that kiln keeps in the notes of a release: JSON in an HTML comment on a line of its own, which
 * Markdown does not show. It is kept in the notes because every store lists those together with the releases.
 */
export interface NotesRecord<T> {
  /** The line, without a line end. */
  format: (record: T) => string;
  /** The record of the last such line; undefined if there is none, or somebody has edited it. */
  parse: (notes: string) => T | undefined;
  /** The notes without the last such line, without what follows it, and without the blank line before it. */
  strip: (notes: string) => string;
}

/** @param name distinguishes the kinds of records */
export function notesRecord<T>(name: string, schema: z.ZodType<T>): NotesRecord<T> {
  const start = `<!-- ${name} `;
  const end = " -->";
  /** Where the last such line begins; -1 if there is none. */
  const positionIn = (notes: string) => {
    const afterLineEnd = notes.lastIndexOf(`\n${start}`);
    if (afterLineEnd !== -1) return afterLineEnd + 1;
    return notes.startsWith(start) ? 0 : -1;
  };
  return {
    // An escaped ">" keeps a value from ending the comment.
    format: (record) => `${start}${JSON.stringify(record).replaceAll(">", String.raw`\u003e`)}${end}`,
    parse(notes) {
      const position = positionIn(notes);
      const [line = ""] = position === -1 ? [] : notes.slice(position).split("\n", 1);
      const comment = line.trimEnd();
      if (!comment.endsWith(end)) return undefined;
      try {
        const json: unknown = JSON.parse(comment.slice(start.length, -end.length));
        return schema.safeParse(json).data;
      } catch {
        return undefined;
      }
    },
    strip(notes) {
      const position = positionIn(notes);
      return position === -1 ? notes : notes.slice(0, position).replace(/(\r?\n){1,2}$/, "");
    },
  };
}
