import { z } from "zod";

/**
 * What stands in the notes of a draft while it is one: whose it is, and since when. GitHub has no other place for it,
 * and no way to say "publish this unless it is another's": see `claim.ts`.
 */
const markSchema = z.object({ publisher: z.string(), since: z.iso.datetime() });
export type DraftMark = z.infer<typeof markSchema>;

const sign = { start: "<!-- kiln-draft ", end: " -->" } as const;

/** Notes with a mark that people do not see, in place of one that is there. */
export function markNotes(notes: string, mark: DraftMark): string {
  return `${unmarkNotes(notes)}\n\n${sign.start}${JSON.stringify(mark)}${sign.end}`;
}

/** The notes as they are published. */
export function unmarkNotes(notes: string): string {
  const at = notes.lastIndexOf(sign.start);
  return at === -1 ? notes : notes.slice(0, at).replace(/(\r?\n){1,2}$/, "");
}

/** The mark in a draft's notes; undefined for a draft that kiln did not begin. */
export function markOf(notes: string): DraftMark | undefined {
  const at = notes.lastIndexOf(sign.start);
  const end = notes.indexOf(sign.end, at);
  if (at === -1 || end === -1) return undefined;
  try {
    const json: unknown = JSON.parse(notes.slice(at + sign.start.length, end));
    return markSchema.safeParse(json).data;
  } catch {
    return undefined;
  }
}
