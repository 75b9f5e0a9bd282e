import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { addSigningKeys, editReason } from "./edit.ts";
import { parseDefinition } from "./parse.ts";

const folder = fileURLToPath(new URL("../../../extensions", import.meta.url));
const definitions = readdirSync(folder).map((name) => [
  name,
  readFileSync(`${folder}/${name}/extension.yaml`, "utf8"),
]);

describe.each(definitions)("in the definition of %s", (name = "", text = "") => {
  test("pausing and withdrawing a version adds lines and changes no other", () => {
    const paused = editReason(text, name, { key: "paused", version: "9.8.7", reason: "slow: see #12" });
    const both = editReason(paused, name, { key: "withdrawn", version: "9.8.6-2", reason: "crashes" });
    expect(parseDefinition(both, name).versions).toMatchObject({
      paused: { "9.8.7": "slow: see #12" },
      withdrawn: { "9.8.6-2": "crashes" },
    });
    const lines = both.split("\n");
    expect(text.split("\n").filter((line) => !lines.includes(line))).toEqual([]);
  });

  test("undoing it gives the same file again", () => {
    const paused = editReason(text, name, { key: "paused", version: "9.8.7", reason: "slow" });
    expect(editReason(paused, name, { key: "paused", version: "9.8.7", reason: undefined })).toBe(text);
  });
});

describe("an edit is refused", () => {
  const text = definitions[0]?.[1] ?? "";

  test("if the version to remove is not there", () => {
    expect(() => editReason(text, "x.yaml", { key: "paused", version: "1.0.0", reason: undefined })).toThrow(
      expect.objectContaining({ code: "usage" }),
    );
  });

  test.each([
    ["the version is none", { version: "newest", reason: "slow" }],
    ["the reason has several lines", { version: "1.0.0", reason: "a\nwithdrawn x" }],
  ])("if %s", (_, edit) => {
    expect(() => editReason(text, "x.yaml", { key: "withdrawn", ...edit })).toThrow(
      expect.objectContaining({ code: "definition-invalid" }),
    );
  });
});

describe("the fingerprint of a key", () => {
  const [one, other] = ["A".repeat(40), "B".repeat(40)];

  test("is added to kiln.yaml before those of earlier keys, and once", () => {
    const first = addSigningKeys("", "kiln.yaml", [one]);
    expect(first).toBe(`signingKeys: [${one}]\n`);
    const second = addSigningKeys(first, "kiln.yaml", [other]);
    expect(second).toBe(`signingKeys: [${other}, ${one}]\n`);
    expect(addSigningKeys(second, "kiln.yaml", [other])).toBe(second);
  });

  test("is added without changing anything else", () => {
    const text = "# What we publish.\nextensions: [etcd, keepalived] # both\n";
    expect(addSigningKeys(text, "kiln.yaml", [one])).toBe(`${text}signingKeys: [${one}]\n`);
  });

  test("is not added to a file that is invalid", () => {
    expect(() => addSigningKeys("x: 1\n", "kiln.yaml", [one])).toThrow(
      expect.objectContaining({ code: "settings-invalid" }),
    );
  });
});
