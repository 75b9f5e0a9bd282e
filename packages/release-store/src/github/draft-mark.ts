import type { GitHubRelease } from "@sysext-kiln/github-client";
import { z } from "zod";
import { notesRecord } from "../notes-record.ts";

interface Publisher {
  /** Tells one publisher's drafts from those of others. */
  publisher: string;
}

/**
 * Who owns a draft. GitHub publishes and removes drafts without conditions, so publishers agree among
 * themselves: each keeps its mark in the notes of its drafts, and checks it immediately before it publishes a
 * draft or removes anything from it.
 */
const markRecord = notesRecord(
  "kiln-draft",
  z.object({
    publisher: z.string(),
    /** When the publisher began the draft, or took it over. */
    since: z.iso.datetime(),
  }),
);

/** The mark in a draft's notes; undefined for a draft that kiln did not begin. */
export const markOf = (notes: string) => markRecord.parse(notes);

/** The notes as they are published. */
export const withoutMark = (notes: string) => markRecord.strip(notes);

/** The notes with the mark of this publisher, which replaces any other. */
export function withOwnMark({ publisher }: Publisher, notes: string): string {
  const mark = markRecord.format({ publisher, since: new Date().toISOString() });
  return `${withoutMark(notes)}\n\n${mark}`;
}

/** Whether this publisher began the draft, or claimed it. */
export function isOwn({ publisher }: Publisher, { body }: Pick<GitHubRelease, "body">): boolean {
  return markOf(body ?? "")?.publisher === publisher;
}
