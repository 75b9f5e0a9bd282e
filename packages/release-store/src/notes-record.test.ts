import { describe, expect, test } from "vitest";
import { z } from "zod";
import { notesRecord } from "./notes-record.ts";

const record = notesRecord("kiln-test", z.object({ text: z.string() }));

describe("a record in notes", () => {
  test("is read from between text for people, with either kind of line ending", () => {
    const line = record.format({ text: "kept" });
    expect(record.parse(`# Title\n\n${line}\nmore\n`)).toEqual({ text: "kept" });
    expect(record.parse(`# Title\r\n\r\n${line}\r\nmore\r\n`)).toEqual({ text: "kept" });
  });

  test("cannot end the comment that hides it", () => {
    const line = record.format({ text: "--> **shown**" });
    expect(line.indexOf("-->")).toBe(line.length - 3);
    expect(record.parse(line)).toEqual({ text: "--> **shown**" });
  });

  test("is the last one with its name", () => {
    const other = notesRecord("kiln", z.object({ text: z.string() })).format({ text: "other" });
    const notes = [record.format({ text: "first" }), record.format({ text: "last" }), other].join("\n");
    expect(record.parse(notes)).toEqual({ text: "last" });
  });

  test.each([
    ["absent", "text"],
    ["cut off", "<!-- kiln-test {"],
    ["not valid JSON", "<!-- kiln-test {text} -->"],
    ["of another shape", '<!-- kiln-test {"text":1} -->'],
    ["in the middle of a line", 'see <!-- kiln-test {"text":"x"} -->'],
  ])("is undefined if it is %s", (_, notes) => {
    expect(record.parse(notes)).toBeUndefined();
  });

  test("is removed even if the same text follows within a line", () => {
    const line = record.format({ text: "x" });
    expect(record.strip(`text\n${line}\nsee ${line}`)).toBe("text");
  });

  test("is removed with the blank line before it", () => {
    expect(record.strip(`text\n\n${record.format({ text: "x" })}`)).toBe("text");
    expect(record.strip("text")).toBe("text");
  });
});
