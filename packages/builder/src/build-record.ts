import { buildOrderSchema, readDocument, sha256Schema } from "@sysext-kiln/extension";
import { z } from "zod";

/**
 * `build.json`: what an image is, and everything that went into it. It contains neither dates nor durations of the build,
 * so that equal builds have equal records.
 */
export const buildRecordSchema = z.strictObject({
  ...buildOrderSchema.shape,
  image: z.strictObject({
    name: z.string(),
    /** In bytes. */
    size: z.int().positive(),
    sha256: sha256Schema,
    /** The date of everything in it, which is that of its newest program, in seconds since 1970. */
    epoch: z.int(),
  }),
  /** The programs of the build machine that made it, with their versions. */
  tools: z.record(z.string(), z.string()),
  /** The packages of the build container, if something was compiled. */
  packages: z.array(
    z.strictObject({
      name: z.string(),
      version: z.string(),
      /** As Debian spells it. */ architecture: z.string(),
    }),
  ),
});
export type BuildRecord = z.infer<typeof buildRecordSchema>;

/** A finished image on this machine, with its record. */
export interface Image {
  path: string;
  recordPath: string;
  record: BuildRecord;
}

export function formatBuildRecord(record: BuildRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

/**
 * Reads an image's record.
 * @param next what to do if it is missing or invalid
 * @throws KilnError `document-invalid`
 */
export function readBuildRecord(path: string, next: string): Promise<BuildRecord> {
  return readDocument(path, buildRecordSchema, { what: `the record of an image in ${path}`, next });
}
