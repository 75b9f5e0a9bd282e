import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseDefinition } from "./parse.ts";
import { recipeDigest } from "./recipe.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-recipe-"));
  await mkdir(join(folder, "files"));
  await writeFile(join(folder, "files/greeting"), "hello\n");
});
afterEach(() => rm(folder, { recursive: true }));

const hello = await readFile(new URL("../../../examples/hello/extension.yaml", import.meta.url), "utf8");
const debian = "  debian: { suites: [trixie], source: hello }\n";
const github = "  github: { kind: tags, repository: acme/hello }\n";

/** The digest of the recipe with these upstreams. */
function digest(upstreams: string, from: "debian" | "github"): Promise<string> {
  const text = hello.replace(/^upstreams:\n( .*\n)+/m, `upstreams:\n${upstreams}`);
  return recipeDigest({ definition: parseDefinition(text, "extension.yaml"), folder }, from);
}

test("an upstream that is added changes nothing about another one's recipe", async () => {
  expect(await digest(debian + github, "debian")).toBe(await digest(debian, "debian"));
});

test("a pin that accepts a tag changes nothing about the recipe of all versions", async () => {
  const pinned = github.replace("hello }", `hello, pins: { v1.0.0: ${"a".repeat(40)} } }`);
  expect(await digest(pinned, "github")).toBe(await digest(github, "github"));
});

test("a change of the upstream itself, or of a file, is another recipe", async () => {
  const before = await digest(github, "github");
  expect(await digest(github.replace("acme", "other"), "github")).not.toBe(before);
  await writeFile(join(folder, "files/greeting"), "good day\n");
  expect(await digest(github, "github")).not.toBe(before);
});
