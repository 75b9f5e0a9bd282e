import { fc, fuzz, mutatedText } from "@sysext-kiln/fuzz";
import { describe, expect } from "vitest";
import { z } from "zod";
import { notesRecord } from "./notes-record.ts";
import { formatReleaseRecord, parseReleaseRecord, releaseRecordSchema } from "./release-record.ts";

const record = notesRecord("kiln-test", z.object({ text: z.string() }));
const other = notesRecord("kiln", z.object({ text: z.string() }));
const id = "0123456789abcdef0123456789abcdef01234567";
const releaseLine = formatReleaseRecord({
  upstream: "github",
  object: id,
  recipe: id + "a".repeat(24),
  fingerprints: { "x86-64": id + "b".repeat(24) },
  pins: { "x86-64": { "etcd.tar.gz": "1:2.3-4" } },
});
const line = record.format({ text: "first" });
const samples = [
  `# etcd 3.5.30\n\n${line}`,
  `a\r\n\r\n${releaseLine}\r\n`,
  `${line}\n${other.format({ text: "b" })}\n`,
];
const notes = mutatedText(samples, ["<!-- kiln-test ", " -->", line, `\n${line}`, ` ${line}`, "\n\n"]);
const text = fc.string({ unit: "binary" });

const recordsIn = (all: string) =>
  all.split(/\r?\n/).filter((one) => one.startsWith("<!-- kiln-test ")).length;

describe("notes from anywhere", () => {
  fuzz("have a valid record or none", notes, (given) => {
    const found = record.parse(given);
    if (found !== undefined) expect(Object.keys(found)).toEqual(["text"]);
    const release = parseReleaseRecord(given);
    if (release !== undefined) expect(parseReleaseRecord(formatReleaseRecord(release))).toEqual(release);
    expect(releaseRecordSchema.optional().safeParse(release).success).toBe(true);
  });

  fuzz("return the record that is written below them", fc.tuple(notes, text), ([given, value]) => {
    // With the line end that follows it would be another kind of line end.
    if (given.endsWith("\r")) return;
    const written = `${given}\n\n${record.format({ text: value })}`;
    expect(record.parse(written)).toEqual({ text: value });
    expect(record.strip(written)).toBe(given);
  });

  fuzz("keep their beginning without the record", notes, (given) => {
    const stripped = record.strip(given);
    expect(given.startsWith(stripped)).toBe(true);
    if (record.parse(given) === undefined) return;
    expect(recordsIn(stripped)).toBe(recordsIn(given) - 1);
  });
});

fuzz("a record is one line, and a comment that only its end closes", text, (value) => {
  const written = record.format({ text: value });
  expect(written).not.toMatch(/[\r\n]/);
  expect(written.indexOf("-->")).toBe(written.length - "-->".length);
});
