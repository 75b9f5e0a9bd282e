import { existsSync } from "node:fs";
import { mkdir, mkdtempDisposable, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { tryRun, withLock } from "@sysext-kiln/machine";
import { expect, test } from "vitest";
import { main } from "./paths.ts";

const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 60 * 60 * 1000);
const dateOf = (time: Date) => expect.stringContaining(time.toISOString().slice(0, 10));

/** Makes a cache with files that were last used some days ago. */
async function makeCache(daysOf: Readonly<Record<string, number>>) {
  const folder = await mkdtempDisposable(join(tmpdir(), "kiln-cache-"));
  for (const [name, days] of Object.entries(daysOf)) {
    const path = join(folder.path, name);
    const time = daysAgo(days);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, "x".repeat(10_000));
    await utimes(path, time, time);
    await utimes(dirname(path), time, time);
  }
  return {
    has: (name: string) => existsSync(join(folder.path, name)),
    path: (name: string) => join(folder.path, name),
    kiln: (...args: string[]) =>
      tryRun(process.execPath, [main, "cache", ...args], { env: { KILN_CACHE_DIR: folder.path } }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

test("kiln cache list shows what each kind takes, and when it was last used", async () => {
  await using cache = await makeCache({ "downloads/a": 1, "downloads/b": 3, "images/c/c.raw": 5 });
  const { stdout } = await cache.kiln("list", "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    kinds: [
      { kind: "downloads", entries: 2, size: expect.closeTo(20_000, -4), usedAt: dateOf(daysAgo(1)) },
      { kind: "images", entries: 1, usedAt: dateOf(daysAgo(5)) },
    ],
  });
  expect((await cache.kiln("list")).stdout).toMatch(/^downloads +2 +2\d\.\d kB +/m);
});

test("kiln cache prune removes what was not used for as long as it is told", async () => {
  await using cache = await makeCache({ "downloads/old": 8, "downloads/new": 6, "images/old/old.raw": 40 });
  const { stdout, status } = await cache.kiln("prune", "--days", "7");
  expect(stdout).toMatch(/^› measuring .*\/downloads/m);
  expect(stdout).toMatch(/^› removing .*\/downloads\/old/m);
  expect(stdout).toMatch(/^downloads +1 /m);
  expect(status).toBe(0);
  expect(["downloads/old", "downloads/new", "images/old"].filter(cache.has)).toEqual(["downloads/new"]);
  expect((await cache.kiln("prune", "--days", "7")).stdout).toMatch(
    /^Nothing in .* was unused for 7 days\./m,
  );
});

test("kiln cache prune keeps what another command is using", async () => {
  await using cache = await makeCache({ "images/used/used.raw": 40 });
  await withLock(cache.path("images/used.lock"), () => cache.kiln("prune"));
  expect(cache.has("images/used/used.raw")).toBe(true);
});

test("kiln cache prune takes at least one day", async () => {
  await using cache = await makeCache({});
  expect((await cache.kiln("prune", "--days", "0")).status).toBe(2);
});
