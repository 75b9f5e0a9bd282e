import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGitHub, type GitHub, type Repository } from "@sysext-kiln/testbed";
import type { SourceInput } from "@sysext-kiln/extension";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { cachedSource } from "./cached-source.ts";

const cache = await mkdtemp(join(tmpdir(), "kiln-sources-"));
process.env["KILN_CACHE_DIR"] = cache;
process.env["no_proxy"] = "127.0.0.1";

let github: GitHub;
let upstream: Repository;
beforeEach(async () => {
  github = await startGitHub();
  upstream = github.repository("acme/hello");
});
afterEach(async () => {
  await github[Symbol.asyncDispose]();
  await rm(cache, { recursive: true });
});

const files = {
  "hello.c": "int main;\n",
  "autogen.sh": "#!/bin/sh\n",
  "doc/hello": { link: "../hello.c" },
  ".gitignore": "*\n",
};

/** The source at a commit, as the watcher pins it. */
async function pinned(commit: string): Promise<SourceInput> {
  const { api, web } = github.origins;
  const answer = await fetch(`${api}/repos/acme/hello/git/commits/${commit}`);
  const { tree } = z.object({ tree: z.object({ sha: z.string() }) }).parse(await answer.json());
  return {
    name: "hello.orig.tar",
    url: `${web}/acme/hello/archive/${commit}.tar.gz`,
    tree: tree.sha,
    epoch: 1_234_567_890,
    origin: { kind: "github", repository: "acme/hello", tag: "v1.0.0", object: commit, commit },
  };
}

const say = () => undefined;

function listing(archive: string): string[] {
  const env = { ...process.env, TZ: "UTC", LC_ALL: "C" };
  const list = execFileSync("tar", ["--list", "--verbose", "--numeric-owner", "--file", archive], {
    encoding: "utf8",
    env,
  });
  return list
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/ +\d+ /, " "));
}

test("a source is packed again, with one owner, one date and plain modes", async () => {
  const path = await cachedSource(await pinned(upstream.commit(files)), say);
  expect(listing(path)).toEqual([
    "drwxr-xr-x 0/0 2009-02-13 23:31 source/",
    "-rw-r--r-- 0/0 2009-02-13 23:31 source/.gitignore",
    "-rwxr-xr-x 0/0 2009-02-13 23:31 source/autogen.sh",
    "drwxr-xr-x 0/0 2009-02-13 23:31 source/doc/",
    "lrwxr-xr-x 0/0 2009-02-13 23:31 source/doc/hello -> ../hello.c",
    "-rw-r--r-- 0/0 2009-02-13 23:31 source/hello.c",
  ]);
});

test("the same commit results in the same bytes, however the server packs it", async () => {
  const commit = upstream.commit(files);
  const input = await pinned(commit);
  const first = await readFile(await cachedSource(input, say));
  await rm(cache, { recursive: true });
  // With another date in the server's archive, its bytes differ.
  const state = upstream.state.commits.get(commit);
  if (state) state.date = new Date(0);
  expect((await readFile(await cachedSource(input, say))).equals(first)).toBe(true);
});

test.each<[string, (path: string) => Promise<void>]>([
  ["other bytes", (path) => repackWith(path, "hello.c", "int mine;\n")],
  ["another date", (path) => repackWith(path, "hello.c", "int main;\n")],
  ["half of its bytes", (path) => truncate(path, 2000)],
  ["no bytes", (path) => truncate(path, 0)],
])("a cached source with %s is fetched again", async (_, damage) => {
  const input = await pinned(upstream.commit(files));
  const path = await cachedSource(input, say);
  const original = await readFile(path);
  await damage(path);
  const damaged = await readFile(path);
  expect(damaged.equals(original)).toBe(false);
  expect((await readFile(await cachedSource(input, say))).equals(original)).toBe(true);
});

/** Writes a file into an archive of the cache. */
async function repackWith(path: string, name: string, text: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "kiln-repack-"));
  try {
    execFileSync("tar", ["--extract", "--file", path, "--directory", work]);
    await writeFile(join(work, "source", name), text);
    execFileSync("tar", ["--create", "--file", path, "--directory", work, "source"]);
  } finally {
    await rm(work, { recursive: true });
  }
}

test("a cached source is not fetched again", async () => {
  const input = await pinned(upstream.commit(files));
  await cachedSource(input, say);
  const { length } = github.requests;
  await Promise.all([cachedSource(input, say), cachedSource(input, say)]);
  expect(github.requests).toHaveLength(length);
});

describe("an archive is rejected, and nothing is kept,", () => {
  test.each([
    ["with bytes that differ from the commit", { "hello.c": "int mine;\n" }],
    ["with an additional file", { "more.c": "" }],
    ["with a replaced file", { "hello.c": "#!/bin/sh\n" }],
  ])("%s", async (_, change) => {
    const commit = upstream.commit(files);
    const input = await pinned(commit);
    Object.assign(upstream.state.commits.get(commit)?.files ?? {}, change);
    await expect(cachedSource(input, say)).rejects.toMatchObject({
      code: "digest-mismatch",
      expected: expect.stringContaining(`commit ${commit} of acme/hello, whose tree is ${input.tree}`),
    });
    const kept = await readdir(join(cache, "sources"));
    expect(kept.filter((name) => name.endsWith(".tar"))).toEqual([]);
  });

  test("that leaves files out", async () => {
    const commit = upstream.commit({ ...files, ".gitattributes": "hello.c export-ignore\n" });
    await expect(cachedSource(await pinned(commit), say)).rejects.toMatchObject({
      code: "digest-mismatch",
      next: expect.stringContaining(".gitattributes"),
    });
  });

  test("that does not exist", async () => {
    const input = await pinned(upstream.commit(files));
    await expect(cachedSource({ ...input, url: `${github.origins.api}/` }, say)).rejects.toMatchObject({
      code: "download-missing",
    });
  });
});
