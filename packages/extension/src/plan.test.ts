import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BuildOrder, type FileInput, formatPlan, readPlan } from "./plan.ts";

let path: string;
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), "kiln-plan-")), "plan.json");
});
afterEach(() => rm(join(path, ".."), { recursive: true }));

/** An order that takes one file from an archive. */
function order(take: Record<string, string>): BuildOrder {
  const input: FileInput = {
    name: "hello.tar.gz",
    url: "https://example.org/hello.tar.gz",
    size: 1,
    sha256: "0".repeat(64),
    origin: { kind: "debian", suite: "trixie", package: "hello", version: "1" },
    take,
  };
  return {
    extension: "hello",
    version: { upstream: "1.0.0", revision: 1 },
    architecture: "arm64",
    upstream: "debian",
    inputs: [input],
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
