import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openTestRepository, type TestRepository } from "./test-repository.ts";

let repository: TestRepository;
beforeEach(async () => {
  repository = await openTestRepository();
  await repository.offer("1.0.0-1");
});
afterEach(() => repository[Symbol.asyncDispose]());

/** The date in some days, as ISO 8601 writes it. */
function inDays(days: number): string {
  return new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
}

async function endsOn(date: string): Promise<void> {
  await repository.define({ "upstreams:\n": `versions: { endOfLife: { "1.0": ${date} } }\nupstreams:\n` });
}

test("a series that soon reaches its end of life is released with a warning, and with the date in its notes", async () => {
  const date = inDays(30);
  await endsOn(date);
  const { stderr, status } = await repository.kiln("release", "--to", "public");
  expect(status).toBe(0);
  expect(stderr).toMatch(`warning: hello 1.0 reaches its end of life on ${date}, in 30 days`);
  const notes = await readFile(join(repository.public, "releases/download/hello-v1.0.0/.notes.md"), "utf8");
  expect(notes).toContain(`\nThe series 1.0 reaches its end of life on ${date}.\n`);
  const { stdout } = await repository.kiln("list");
  expect(stdout.split("\n").at(-1)).toBe(`hello 1.0 reaches its end of life on ${date}.`);
});

test("nothing of a series is built after its end of life, which is no error", async () => {
  await endsOn("2026-01-01");
  const { stdout, stderr, status } = await repository.kiln("plan");
  expect({ stdout, status }).toMatchObject({ stdout: expect.stringMatching(/Nothing to build/), status: 0 });
  expect(stderr).toMatch(
    "warning: hello 1.0 reached its end of life on 2026-01-01: nothing new of it is built",
  );
  expect((await repository.kiln("list", "--json")).stdout).toMatch(/"endOfLife": \[\s+\{\s+"series": "1\.0"/);
});

test("a series with years to live causes no warning", async () => {
  await endsOn("2099-01-01");
  expect((await repository.kiln("plan")).stderr).not.toMatch("end of life");
});
