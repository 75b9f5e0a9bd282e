import { readFile } from "node:fs/promises";
import { isKilnError } from "@sysext-kiln/error";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { definitionSchema } from "./definition.ts";
import { parseDefinition } from "./parse.ts";

const good = await readFile(new URL("../../../examples/hello/extension.yaml", import.meta.url), "utf8");

/** The message of the error about the text. */
function complaint(text: string): string {
  try {
    parseDefinition(text, "extension.yaml");
  } catch (error) {
    if (isKilnError(error, "definition-invalid")) return error.message;
    throw error;
  }
  return "none";
}

/** The definition without an upstream, but with files of a version. */
function ofFiles(version: string): string {
  return good.replace(/ {2}debian:[^]*(?=hosts:)/, `  files: { version: ${version} }\n`);
}

test("an extension of files needs neither a service nor a smoke run nor a home page", () => {
  const text = ofFiles("1.0.0")
    .replace(/^(hosts|smoke):\n( .*\n)+/gm, "")
    .replace(/^homepage.*\n/m, "");
  expect(parseDefinition(text, "extension.yaml")).toMatchObject({
    upstreams: { files: { version: "1.0.0" } },
    hosts: { healthySeconds: 60, steadySeconds: 10, rollback: "any" },
    smoke: [],
  });
});

test("kiln-host is the one extension whose name may begin with kiln-", () => {
  expect(parseDefinition(good.replaceAll("hello", "kiln-host"), "extension.yaml").name).toBe("kiln-host");
  expect(parseDefinition(good.replaceAll("hello", "kilnworks"), "extension.yaml").name).toBe("kilnworks");
});

test("an omitted key gets its default", () => {
  const definition = parseDefinition(good, "extension.yaml");
  expect(definition.architectures).toEqual(["x86-64", "arm64"]);
  expect(definition.versions).toEqual({ track: "newest", retain: 2, exclude: [] });
  expect(definition.static).toBe(false);
});

describe("an invalid definition is reported with file, line, column and key", () => {
  test.each([
    ["an unknown key", `${good}polcy: 1\n`, /extension\.yaml:28:1 "polcy" to be a key that extensions have/],
    [
      "an unknown nested key",
      good.replace("    suites:", "    suite: trixie\n    suites:"),
      /extension\.yaml:\d+:\d+ "upstreams\.debian/,
    ],
    ["overly deep nesting", "? ".repeat(3000), /to be valid YAML; found Maximum call stack size exceeded/],
    [
      "a map as a key",
      `${good}? ${"? ".repeat(500)}`,
      /:28:3 to be a key, which is text; found a list or a map/,
    ],
    ["overlong text", `${good}${"#".repeat(100_000)}`, /to have at most 65536 characters; found \d+/],
    ["a missing key", good.replace(/^summary.*\n/m, ""), /"summary" to be string; found nothing/],
    [
      "a wrong type",
      good.replace(/^summary: .*/m, "summary: 3"),
      /extension\.yaml:3:1 "summary" to be string; found 3/,
    ],
    [
      "a series that YAML reads as a number",
      `${good}versions:\n  track: [3.10]\n`,
      /extension\.yaml:29:3 "versions\.track" to be newest, or a list of series/,
    ],
    [
      "an asset that does not begin with the name",
      good.replace("asset: hello-", "asset: world-"),
      /extension\.yaml:6:1 "asset" to be a template that begins with the extension's name/,
    ],
    [
      "a file outside usr/",
      good.replace(": usr/bin/hello", ": opt/hello"),
      /extension\.yaml:\d+:\d+ "upstreams/,
    ],
    [
      "no upstream at all",
      good.replace(/ {2}debian:[^]*(?=hosts:)/, "  {}\n"),
      /extension\.yaml:8:1 "upstreams" to be at least one of debian, github, files/,
    ],
    [
      "files beside another upstream",
      good.replace("  debian:", "  files: { version: 1.0.0 }\n  debian:"),
      /:8:1 "upstreams" to be either files, or debian and github/,
    ],
    ...["v1.0.0", "1.0", "1.0.0-rc.1", "1.0.0-2"].map((version): [string, string, RegExp] => [
      `an extension of files with the version ${version}`,
      ofFiles(`"${version}"`),
      /:9:12 "upstreams\.files\.version" to be a version such as 1\.0\.0, without v, and no prerelease/,
    ]),
    [
      "an extension of files that compiles something",
      `${ofFiles("1.0.0")}compile: { image: debian:trixie-slim, suites: [trixie] }\n`,
      /"compile" to be omitted: an extension of files compiles nothing/,
    ],
    [
      "no smoke run of programs from upstream",
      good.replace(/^smoke:\n( .*\n)+/m, ""),
      /"smoke" to be at least one command of the image/,
    ],
    ...["kiln", "kiln-agent", "kiln-host-2"].map((name): [string, string, RegExp] => [
      `the reserved name ${name}`,
      good.replaceAll("hello", name),
      /:2:1 "name" to be another name: kiln, and names that begin with kiln-, are reserved/,
    ]),
    [
      "an invalid repository",
      good.replace("  debian:", "  github: { kind: tags, repository: acme }\n  debian:"),
      /:9:25 "upstreams\.github\.repository" to be a repository such as etcd-io\/etcd; found "acme"/,
    ],
    [
      "an unknown kind of upstream on GitHub",
      good.replace("  debian:", "  github: { kind: branches, repository: acme/hello }\n  debian:"),
      /"upstreams\.github\.kind" to be kind: tags or kind: releases/,
    ],
    [
      "a release without the spelling of an architecture",
      good.replace(
        "  debian:",
        "  github: { kind: releases, repository: a/b, asset: 'x-{arch}.tgz', arch: { arm64: aarch64 }, take: {} }\n  debian:",
      ),
      /"upstreams\.github\.arch" to be upstream's name of every architecture/,
    ],
    [
      "an asset without a placeholder for the architecture",
      good.replace(
        "  debian:",
        "  github: { kind: releases, repository: a/b, asset: x.tgz, arch: { x86-64: a, arm64: b }, take: {} }\n  debian:",
      ),
      /"upstreams\.github\.asset" to be a template such as/,
    ],
    ["invalid YAML", "name: [", /extension\.yaml:1:\d+ to be valid YAML/],
    ["an unresolved alias", "name: *x", /to be valid YAML/],
    ["an empty file", "", /the file to be object; found/],
  ])("%s", (_, text, message) => {
    expect(complaint(text)).toMatch(message);
  });
});

test("the JSON Schema for editors is up to date", async () => {
  const written: unknown = JSON.parse(
    await readFile(new URL("../extension.schema.json", import.meta.url), "utf8"),
  );
  expect(written).toMatchObject(z.toJSONSchema(definitionSchema, { io: "input" }));
});
