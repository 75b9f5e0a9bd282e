import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseDefinition } from "./parse.ts";
import { recipeDigest } from "./recipe.ts";
import type { BuildOrigin } from "./upstream-name.ts";

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
function digest(upstreams: string, from: BuildOrigin, hosts = ""): Promise<string> {
  const text = hello
    .replace(/^upstreams:\n( .*\n)+/m, `upstreams:\n${upstreams}`)
    .replace("hosts:\n", `hosts:\n${hosts}`);
  return recipeDigest({ definition: parseDefinition(text, "extension.yaml"), folder }, from);
}

test("adding an upstream does not change the recipe of another one", async () => {
  expect(await digest(debian + github, "debian")).toBe(await digest(debian, "debian"));
});

test("pinning a tag does not change the recipe", async () => {
  const pinned = github.replace("hello }", `hello, pins: { v1.0.0: ${"a".repeat(40)} } }`);
  expect(await digest(pinned, "github")).toBe(await digest(github, "github"));
});

test("where the sources state their version does not change the recipe", async () => {
  const stated = github.replace("hello }", 'hello, statedVersion: { file: VERSION, text: "v={version};" } }');
  expect(await digest(stated, "github")).toBe(await digest(github, "github"));
});

test("a folder has the recipe of the repository that it is a copy of", async () => {
  expect(await digest(debian + github, "folder")).toBe(await digest(github, "github"));
});

test("reviewing a digest does not change the recipe", async () => {
  const releases = "kind: releases, repository: acme/hello, asset: hello, to: usr/bin/hello";
  const of = (more: string) => digest(`  github: { ${releases}${more} }\n`, "github");
  const reviewed = `, digests: { 1.0.0: { hello: ${"a".repeat(64)} } }`;
  expect(await of(reviewed)).toBe(await of(""));
  expect(await of(", checksums: github")).not.toBe(await of(""));
});

test("a further source, and its policy, are part of the recipe, but not what is pinned of it", async () => {
  const before = await digest(github, "github");
  const source = (more: string, version = "newest") =>
    digest(
      `${github}sources: { tool: { version: ${version}, github: { kind: tags, repository: acme/tool${more} } } }\n`,
      "github",
    );
  const after = await source("");
  expect(after).not.toBe(before);
  expect(await source("", "same")).not.toBe(after);
  expect(await source(`, tags: "tool-{version}"`)).not.toBe(after);
  expect(await source(`, pins: { v1.0.0: ${"a".repeat(40)} }`)).toBe(after);
});

test("changing the upstream itself, or a file, changes the recipe", async () => {
  const before = await digest(github, "github");
  expect(await digest(github.replace("acme", "other"), "github")).not.toBe(before);
  await writeFile(join(folder, "files/greeting"), "good day\n");
  expect(await digest(github, "github")).not.toBe(before);
});

test("what compiles the programs, and whether a file is executable, is part of the recipe", async () => {
  const before = await digest(github, "github");
  await chmod(join(folder, "files/greeting"), 0o755);
  const executable = await digest(github, "github");
  expect(executable).not.toBe(before);
  await mkdir(join(folder, "build"));
  for (const name of ["Dockerfile", "build/patch"]) {
    const without = await digest(github, "github");
    await writeFile(join(folder, name), "changed\n");
    expect(await digest(github, "github")).not.toBe(without);
  }
});

test("files for people are not part of the recipe", async () => {
  const before = await digest(github, "github");
  await mkdir(join(folder, "templates"));
  for (const name of ["README.md", "templates/files"]) await writeFile(join(folder, name), "changed\n");
  expect(await digest(github, "github")).toBe(before);
});

test("a recipe that has not changed has the digest with which it was published", async () => {
  for (const name of ["b", "a", "c"]) await writeFile(join(folder, "files", name), name);
  expect(await digest(github, "github")).toBe(
    "84f2b1869c5d37679dcee97f45aadbd6a7b9b07105e0f0b3a5f6f0930dd49f4d",
  );
});

test("a link, and where it leads, is part of the recipe", async () => {
  const files = "  files: { version: 1.0.0 }\n";
  const before = await digest(files, "files");
  await symlink("greeting", join(folder, "files/link"));
  const after = await digest(files, "files");
  expect(after).not.toBe(before);
  await rm(join(folder, "files/link"));
  await symlink("elsewhere", join(folder, "files/link"));
  expect(await digest(files, "files")).not.toBe(after);
});

test("so is everything that the image says to hosts", async () => {
  const before = await digest(debian, "debian");
  for (const one of ["healthySeconds: 61", "steadySeconds: 11", "rollback: series"]) {
    expect(await digest(debian, "debian", `  ${one}\n`)).not.toBe(before);
  }
});
