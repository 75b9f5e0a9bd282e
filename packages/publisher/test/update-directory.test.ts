import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publishRelease, publishUpdateDirectory } from "@sysext-kiln/publisher";
import { directoryStore, type ReleaseStore } from "@sysext-kiln/release-store";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkUpdateDirectory } from "../src/update-directory.ts";
import { definitionOf, imagesOf } from "./images.ts";

const definition = definitionOf("hello");
let folder: string;
let store: ReleaseStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-update-directory-"));
  store = directoryStore(join(folder, "public"));
});
afterEach(() => rm(folder, { recursive: true }));

const publish = async (version: string) =>
  publishRelease(store, definition, await imagesOf(definition, version, folder));
async function isOutOfDate(
  options: { bestBeforeDays?: number; now?: Date } = {},
  current = definition,
): Promise<boolean> {
  const { outdated } = await checkUpdateDirectory(store, await store.list(), [current], options);
  return outdated !== undefined;
}

test("the update directory is not out of date before anything is published, or right after it is published", async () => {
  expect(await isOutOfDate()).toBe(false);
  await publish("1.0.0");
  expect(await isOutOfDate()).toBe(true);
  await publishUpdateDirectory(store, [definition]);
  expect(await isOutOfDate()).toBe(false);
});

test("the update directory is out of date after a new version is published, and after a change of policy", async () => {
  await publish("1.0.0");
  await publishUpdateDirectory(store, [definition]);
  await publish("1.1.0");
  expect(await isOutOfDate()).toBe(true);
  await publishUpdateDirectory(store, [definition]);
  expect(await isOutOfDate({}, definitionOf("hello", { exclude: ["1.0.0"] }))).toBe(true);
});

test("the update directory no longer offers the only published version once that is excluded", async () => {
  await publish("1.0.0");
  await publishUpdateDirectory(store, [definition]);
  const strict = definitionOf("hello", { exclude: ["1.0.0"] });
  expect(await isOutOfDate({}, strict)).toBe(true);
  expect(await publishUpdateDirectory(store, [strict])).toBe(true);
  const [directory] = (await store.list()).filter(({ latest }) => latest);
  expect(directory?.assets.map(({ name }) => name).filter((name) => name.endsWith(".raw"))).toEqual([]);
  expect(await isOutOfDate({}, strict)).toBe(false);
  expect(await publishUpdateDirectory(store, [strict])).toBe(false);
  // The empty index expires like any other.
  const later = new Date(Date.now() + 80 * 24 * 60 * 60 * 1000);
  expect(await isOutOfDate({ now: later }, strict)).toBe(true);
  expect(await publishUpdateDirectory(store, [strict], { now: later })).toBe(true);
});

test("the update directory is out of date when its best-before date approaches, or is first configured", async () => {
  await publish("1.0.0");
  await publishUpdateDirectory(store, [definition]);
  expect(await isOutOfDate({ bestBeforeDays: 9 })).toBe(true);
  const now = new Date("2026-02-20T12:00:00Z");
  await publishUpdateDirectory(store, [definition], { bestBeforeDays: 9, now });
  expect(await isOutOfDate({ bestBeforeDays: 9, now })).toBe(false);
  expect(await isOutOfDate({ bestBeforeDays: 9, now: new Date("2026-02-28T12:00:00Z") })).toBe(true);
});

test("the update directory is out of date when hosts are not directed to the newest one", async () => {
  await publish("1.0.0");
  await publishUpdateDirectory(store, [definition]);
  await publish("1.1.0");
  await publishUpdateDirectory(store, [definition]);
  const first = (await store.list()).find(({ tag }) => tag === "updates-1");
  await store.makeLatest(first!);
  expect(await isOutOfDate()).toBe(true);
});
