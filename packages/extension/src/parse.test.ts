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
  expect(definition.versions).toEqual({
    ...{ track: "newest", retain: 2, exclude: [] },
    ...{ paused: {}, withdrawn: {} },
  });
  expect(definition.static).toBe(false);
});

test("a long value is shortened in the error", () => {
  const long = complaint(good.replace(/^summary: .*/m, `summary: ${"a".repeat(101)}`));
  expect(long).toContain(`found "${"a".repeat(76)}...`);
});

describe("an invalid definition is reported with file, line, column and key", () => {
  test.each([
    [
      "an unknown key",
      `${good}polcy: 1\n`,
      /extension\.yaml:28:1 "polcy" to be one of the keys name, summary, /,
    ],
    [
      "an unknown nested key",
      good.replace("    suites:", "    suite: trixie\n    suites:"),
      /extension\.yaml:10:5 "upstreams\.debian\.suite" to be one of the keys suites, packages; found an unknown key/,
    ],
    ["overly deep nesting", "? ".repeat(3000), /to be valid YAML; found Maximum call stack size exceeded/],
    [
      "a map as a key",
      `${good}? ${"? ".repeat(500)}`,
      /:28:3 to be a key, which is text; found a list or a map/,
    ],
    ["overlong text", `${good}${"#".repeat(100_000)}`, /to have at most 65536 characters; found \d+/],
    ["a missing key", good.replace(/^summary.*\n/m, ""), /"summary" to be text; found nothing/],
    [
      "a wrong type",
      good.replace(/^summary: .*/m, "summary: 3"),
      /extension\.yaml:3:1 "summary" to be text; found 3/,
    ],
    [
      "a series that YAML reads as a number",
      `${good}versions:\n  track: [3.10]\n`,
      /extension\.yaml:29:11 "versions\.track\.0" to be a series in quotes, such as "3\.5"; found 3\.1/,
    ],
    [
      "an asset that does not begin with the name",
      good.replace("asset: hello-", "asset: world-"),
      /extension\.yaml:6:1 "asset" to be a template that begins with the extension's name/,
    ],
    ...(
      [
        [": opt/hello", /:\d+:9 "upstreams.*figlet-figlet" to be .*opt\/ is not supported, because a merge/],
        [": home/hello", /figlet-figlet" to be a path below usr\/ or etc\/, such as usr\/bin\/hello/],
        [": usr/../etc/hello", /figlet-figlet" to be a path below usr\/ or etc\//],
        [": { to: usr/bin/hello, mode: 0755 }", /mode" to be a mode in quotes, "0644" or "0755"; found 755/],
        [": { to: usr/bin/, replace: { a: b } }", /replace" to be omitted for several files/],
        [": { to: usr/bin/hello, except: [a] }", /except" to be omitted: .* is no folder/],
        [": { form: usr/bin/hello }", /figlet-figlet/],
      ] as const
    ).map(([place, message]): [string, string, RegExp] => [
      `a place ${place.slice(2)}`,
      good.replace(": usr/bin/hello", place),
      message,
    ]),
    ...(
      [
        ["../hello", /"upstreams.debian.packages.figlet...\/hello" to be a relative path without/],
        ["**/a/**/b", /to be a pattern with at most one \* in each name and one \*\*/],
        ["usr/*a*", /to be a pattern with at most one \*/],
        ["usr/share/", /share\/" to be a folder, such as usr\/bin\/hello\//],
      ] as const
    ).map(([from, message]): [string, string, RegExp] => [
      `the pattern ${from}`,
      good.replace("usr/bin/figlet-figlet", `"${from}"`),
      message,
    ]),
    [
      "a link outside the image's usr/",
      `${good}links: { etc/hello: /usr/share/hello }\n`,
      /"links\.etc\/hello" to be a path below usr\//,
    ],
    [
      "something that is not a service",
      good.replace("service: hello.service", "service: [hello.timer]"),
      /"hosts\.service\.0" to be the name of a service, such as etcd\.service; found "hello\.timer"/,
    ],
    [
      "no upstream at all",
      good.replace(/ {2}debian:[^]*(?=hosts:)/, "  {}\n"),
      /extension\.yaml:8:1 "upstreams" to be at least one of debian, go, github, http, files/,
    ],
    [
      "files beside another upstream",
      good.replace("  debian:", "  files: { version: 1.0.0 }\n  debian:"),
      /:8:1 "upstreams" to be either files, or any of debian, go, github, http/,
    ],
    ...["v1.0.0", "1", "1.0.0-rc.1", "1.0.0-2"].map((version): [string, string, RegExp] => [
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
      /"upstreams\.github\.arch" to be what \{arch\} stands for on x86-64, in upstream's spelling/,
    ],
    ["invalid YAML", "name: [", /extension\.yaml:1:\d+ to be valid YAML/],
    ["an unresolved alias", "name: *x", /to be valid YAML/],
    ["an empty file", "", /the file to be a map of keys; found/],
  ])("%s", (_, text, message) => {
    expect(complaint(text)).toMatch(message);
  });
});

test("the JSON Schema for editors is up to date", async () => {
  const written: unknown = JSON.parse(
    await readFile(new URL("../extension.schema.json", import.meta.url), "utf8"),
  );
  expect(written).toMatchObject(z.toJSONSchema(definitionSchema, { io: "input" }));
  expect(keysWithoutDescription(written)).toEqual([]);
});

/** The keys that an editor could not explain, at any depth of a JSON Schema. */
function keysWithoutDescription(schema: unknown, path = ""): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]: [string, unknown]) => {
    if (key !== "properties" || typeof value !== "object" || value === null)
      return keysWithoutDescription(value, path);
    return Object.entries(value).flatMap(([name, one]: [string, unknown]) => [
      ...(isDescribed(one) ? [] : [`${path}.${name}`]),
      ...keysWithoutDescription(one, `${path}.${name}`),
    ]);
  });
}

function isDescribed(schema: unknown): boolean {
  return typeof schema === "object" && schema !== null && ("description" in schema || "$ref" in schema);
}
