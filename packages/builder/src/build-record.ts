import {
  buildOrderSchema,
  goSumSchema,
  parseDocument,
  plainTextSchema,
  readDocument,
  sha256Schema,
} from "@sysext-kiln/extension";
import { z } from "zod";

/**
 * `build.json`: what an image is, and everything that went into it. It contains neither dates nor durations
 * of the build, so that equal builds have equal records.
 */
export const buildRecordSchema = z.strictObject({
  ...buildOrderSchema.shape,
  image: z.strictObject({
    name: plainTextSchema,
    /** In bytes. */
    size: z.int().positive(),
    sha256: sha256Schema,
    /** The date of everything in it, which is that of its newest program, in seconds since 1970. */
    epoch: z.int().nonnegative().max(0xffff_ffff),
  }),
  /** The programs of the build machine that made it, with their versions. */
  tools: z.record(plainTextSchema, plainTextSchema),
  /** The packages of the build container, if something was compiled. */
  packages: z.array(
    z.strictObject({
      name: plainTextSchema,
      version: plainTextSchema,
      /** As Debian spells it. */
      architecture: plainTextSchema,
    }),
  ),
  /** The Go modules that are in the programs, as the programs themselves say. */
  modules: z
    .array(
      z.strictObject({
        module: plainTextSchema,
        version: plainTextSchema,
        sum: goSumSchema,
        /** The module and version that go.mod puts in its place; the digest is then of this one. */
        replacedBy: plainTextSchema.optional(),
      }),
    )
    .optional(),
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

/** Reads the text of a record that came from elsewhere; the same otherwise. */
export function parseBuildRecord(text: string, path: string, next: string): BuildRecord {
  return parseDocument(text, buildRecordSchema, { what: `the record of an image in ${path}`, next });
}
