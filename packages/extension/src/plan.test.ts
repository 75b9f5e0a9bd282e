import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type FileInput, type FolderInput, type Input, pinOf } from "./input.ts";
import { type BuildOrder, fingerprint, formatPlan, planDigest, readPlan } from "./plan.ts";

let path: string;
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), "kiln-plan-")), "plan.json");
});
afterEach(() => rm(join(path, ".."), { recursive: true }));

function fileInput(take: Record<string, string>): FileInput {
  return {
    name: "hello.tar.gz",
    url: "https://example.org/hello.tar.gz",
    size: 1,
    sha256: "0".repeat(64),
    origin: { kind: "debian", suite: "trixie", package: "hello", version: "1" },
    take,
  };
}

const folderInput: FolderInput = {
  name: "hello.orig.tar",
  tree: "a".repeat(40),
  epoch: 1,
  origin: { kind: "folder" },
};

/** An order that takes one file from an archive. */
function order(take: Record<string, string>): BuildOrder {
  return {
    extension: "hello",
    version: { upstream: "1.0.0", revision: 1 },
    architecture: "arm64",
    upstream: "debian",
    inputs: [fileInput(take)],
    recipe: "0".repeat(64),
    hostLibraries: [],
  };
}

function withUrl(url: string): Partial<BuildOrder> {
  return { inputs: order({ a: "usr/a" }).inputs.map((input) => ({ ...input, url })) };
}

test("a plan is read as it was written", async () => {
  const plan = { builds: [order({ "hello/hello": "usr/bin/hello" })] };
  await writeFile(path, formatPlan(plan));
  expect(await readPlan(path)).toEqual(plan);
});

test.each(["github", "definition", "signature"])("a digest in a plan may come from %s", async (vouchedBy) => {
  const inputs = [{ ...fileInput({}), origin: { kind: "http", vouchedBy } }];
  await writeFile(path, JSON.stringify({ builds: [{ ...order({}), inputs }] }));
  expect((await readPlan(path)).builds).toMatchObject([{ inputs: [{ origin: { vouchedBy } }] }]);
});

test("a plan is read only with the digest that the job which made it passed on", async () => {
  const text = formatPlan({ builds: [order({})] });
  await writeFile(path, text);
  expect(await readPlan(path, planDigest(text))).toEqual({ builds: [order({})] });
  await expect(readPlan(path, planDigest("another"))).rejects.toMatchObject({ code: "digest-mismatch" });
});

describe("the fingerprint of an order", () => {
  const input = fileInput({});
  const recipe = "1".repeat(64);
  const of = (...inputs: Input[]) => fingerprint({ inputs, recipe });

  test("depends on the bytes of the inputs and on the recipe, not on the inputs' order", () => {
    const other = { ...input, name: "other", sha256: "2".repeat(64) };
    expect(of(input, other)).toBe(of(other, input));
    expect(of(input)).not.toBe(of({ ...input, sha256: other.sha256 }));
    expect(of(input)).toBe(of({ ...input, url: "https://example.org/moved" }));
    expect(fingerprint({ inputs: [input], recipe })).not.toBe(
      fingerprint({ inputs: [input], recipe: input.sha256 }),
    );
  });

  test("is the one that was published for these inputs", () => {
    expect(of(input)).toBe("93f8059ad1d63c719cfb820adb2592e7ca66f654a0304e550d42ab559259be96");
  });
});

test("an input is identified by its Debian version, commit, digest, or sum and toolchain", () => {
  const debian = fileInput({});
  const origin = { kind: "http", vouchedBy: "signature" } as const;
  const [object, commit] = ["1".repeat(40), "2".repeat(40)];
  const tag = { kind: "github", repository: "acme/hello", tag: "v1.0.0", object, commit } as const;
  const source = { name: "hello", url: debian.url, tree: "3".repeat(40), epoch: 0, origin: tag };
  const sum = `h1:${"A".repeat(43)}=`;
  const module: Input = {
    ...{ name: "hello", module: "example.org/hello", version: "v1.0.0", sum, epoch: 0 },
    ...{
      toolchain: "go1.27.1",
      programs: {},
      tags: [],
      ldflags: [],
      origin: { kind: "go", proxy: "direct" },
    },
  };
  expect([debian, { ...debian, origin }, source, module].map(pinOf)).toEqual([
    ...["1", debian.sha256, commit],
    `${sum} go1.27.1`,
  ]);
});

describe("a plan is rejected if it", () => {
  test.each([
    ["takes a file to a path outside of the image", { hello: "usr/../../etc/passwd" }],
    ["takes a file to an absolute path", { hello: "/etc/passwd" }],
    ["takes a file to a path that an image may not contain", { hello: "var/passwd" }],
    ["takes a file from outside of its archive", { "../hello": "usr/bin/hello" }],
  ])("%s", async (_, take) => {
    await writeFile(path, JSON.stringify({ builds: [order(take)] }));
    await expect(readPlan(path)).rejects.toMatchObject({
      code: "document-invalid",
      found: expect.stringContaining("builds.0.inputs.0"),
    });
  });

  test("puts a program outside of the image", async () => {
    const inputs = order({ a: "usr/a" }).inputs.map((input) => ({ ...input, to: "usr/../etc/passwd" }));
    await writeFile(path, JSON.stringify({ builds: [{ ...order({ a: "usr/a" }), inputs }] }));
    await expect(readPlan(path)).rejects.toMatchObject({ code: "document-invalid" });
  });

  test.each<[string, Partial<BuildOrder>]>([
    ["is for a version that is a path", { version: { upstream: "../../1.0.0", revision: 1 } }],
    ["is for a version that no tag can name", { version: { upstream: "1.0.0-2", revision: 1 } }],
    ["is for an extension that is a path", { extension: "../hello" }],
    ["downloads a file of this machine", withUrl("file:///etc/passwd")],
    ["downloads with a password", withUrl("https://me:hunter2@example.org/hello")],
    ["downloads from a URL with a space", withUrl("https://example.org/a b")],
  ])("%s", async (_, changes) => {
    await writeFile(path, JSON.stringify({ builds: [{ ...order({}), ...changes }] }));
    await expect(readPlan(path)).rejects.toMatchObject({ code: "document-invalid" });
  });

  test.each([
    ["is not JSON", "builds:", "text that is not valid JSON"],
    ["lacks its builds", "{}", /^"builds": /],
  ])("%s", async (_, text, found) => {
    await writeFile(path, text);
    await expect(readPlan(path)).rejects.toMatchObject({ found: expect.stringMatching(found) });
  });

  test("does not exist", async () => {
    await expect(readPlan(path)).rejects.toMatchObject({ code: "document-invalid", found: "no such file" });
  });
});

test.each<[string, Partial<BuildOrder>]>([
  ["whose version comes from a folder", { upstream: "folder" }],
  ["with an input from a folder", { inputs: [folderInput] }],
])("a plan has no build %s", async (_, change) => {
  await writeFile(path, formatPlan({ builds: [{ ...order({ a: "usr/a" }), ...change }] }));
  await expect(readPlan(path)).rejects.toMatchObject({
    code: "document-invalid",
    found: expect.stringContaining("a build from an upstream, not from a folder"),
  });
});

test("a folder never counts as the commit that has its tree", () => {
  const { tree, epoch, name } = folderInput;
  const origin = { kind: "github", repository: "acme/hello", tag: "v1", object: tree, commit: tree } as const;
  const fetched: Input = { name, tree, epoch, origin, url: "https://example.org/hello.tar.gz" };
  const { recipe } = order({});
  expect(fingerprint({ inputs: [folderInput], recipe })).not.toBe(fingerprint({ inputs: [fetched], recipe }));
});
