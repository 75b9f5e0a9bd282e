import { buildRecordSchema, type BuildRecord } from "../build-record.ts";

/** Reads the list that a Dockerfile leaves of its build container: name, version and architecture, a package a line. */
export function parsePackages(text: string): BuildRecord["packages"] {
  const rows = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [name, version, architecture] = line.split("\t");
      return { name, version, architecture };
    });
  return buildRecordSchema.shape.packages.parse(rows);
}
