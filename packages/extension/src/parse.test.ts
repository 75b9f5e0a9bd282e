import { readFile } from "node:fs/promises";
import { isKilnError } from "@sysext-kiln/error";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { definitionSchema } from "./definition.ts";
import { parseDefinition } from "./parse.ts";

const good = `name: hello
summary: says hello
homepage: https://example.org
license: MIT
asset: hello-{version}-{arch}.raw
upstreams:
  debian:
    suites: [trixie]
    packages:
      hello:
        usr/bin/hello: usr/bin/hello
hosts:
  service: hello.service
smoke:
  - run: [/usr/bin/hello]
    expect: [Hello]
`;

/** The complaint about the text, as a person reads it. */
function complaint(text: string): string {
  try {
    parseDefinition(text, "extension.yaml");
  } catch (error) {
    if (isKilnError(error, "definition-invalid")) return error.message;
    throw error;
  }
  return "none";
}

test("what is left out gets its default", () => {
  const definition = parseDefinition(good, "extension.yaml");
  expect(definition.architectures).toEqual(["x86-64", "arm64"]);
  expect(definition.versions).toEqual({ track: "newest", retain: 2, exclude: [] });
  expect(definition.static).toBe(false);
});

describe("a wrong definition is named by file, line, column and key", () => {
  test.each([
    ["an unknown key", `${good}polcy: 1\n`, /extension\.yaml:17:1 "polcy" to be a key that extensions have/],
    [
      "an unknown key further in",
      good.replace("    suites:", "    suite: trixie\n    suites:"),
      /extension\.yaml:\d+:\d+ "upstreams\.debian/,
    ],
    ["a missing key", good.replace(/^summary.*\n/m, ""), /"summary" to be string; found nothing/],
    ["a wrong type", good.replace("says hello", "3"), /extension\.yaml:2:1 "summary" to be string; found 3/],
    [
      "a line that YAML reads as a number",
      `${good}versions:\n  track: [3.10]\n`,
      /extension\.yaml:18:3 "versions\.track" to be newest, or a list of lines/,
    ],
    [
      "an asset that does not begin with the name",
      good.replace("asset: hello-", "asset: world-"),
      /extension\.yaml:5:1 "asset" to be a template that begins with the extension's name/,
    ],
    [
      "a file outside usr/",
      good.replace(": usr/bin/hello", ": opt/hello"),
      /extension\.yaml:\d+:\d+ "upstreams/,
    ],
    ["no YAML at all", "name: [", /extension\.yaml:1:\d+ to be YAML/],
    ["an alias that leads nowhere", "name: *x", /to be YAML/],
    ["an empty file", "", /the file to be object; found/],
  ])("%s", (_, text, message) => {
    expect(complaint(text)).toMatch(message);
  });
});

test("the JSON Schema that editors use is the one of today", async () => {
  const written: unknown = JSON.parse(
    await readFile(new URL("../extension.schema.json", import.meta.url), "utf8"),
  );
  expect(written).toMatchObject(z.toJSONSchema(definitionSchema, { io: "input" }));
});
