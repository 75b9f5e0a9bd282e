import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publishRelease, publishUpdateDirectory } from "@sysext-kiln/publisher";
import { directoryHost, type ReleaseHost } from "@sysext-kiln/release-host";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isUpdateDirectoryBehind } from "../src/behind.ts";
import { definitionOf, imagesOf } from "./images.ts";

const definition = definitionOf("hello");
let folder: string;
let host: ReleaseHost;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-behind-"));
  host = directoryHost(join(folder, "public"));
});
afterEach(() => rm(folder, { recursive: true }));

const publish = async (version: string) =>
  publishRelease(host, definition, await imagesOf(definition, version, folder));
const isBehind = (options: { bestBeforeDays?: number; now?: Date } = {}, wanted = definition) =>
  host.list().then((releases) => isUpdateDirectoryBehind(host, releases, [wanted], options));

test("the update directory is not behind while nothing is published, nor when it was just published", async () => {
  expect(await isBehind()).toBe(false);
  await publish("1.0.0");
  expect(await isBehind()).toBe(true);
  await publishUpdateDirectory(host, [definition]);
  expect(await isBehind()).toBe(false);
});

test("it is behind a new version, and a change of policy", async () => {
  await publish("1.0.0");
  await publishUpdateDirectory(host, [definition]);
  expect(await isBehind({}, definitionOf("hello", { exclude: ["1.0.0"] }))).toBe(false);
  await publish("1.1.0");
  expect(await isBehind()).toBe(true);
  await publishUpdateDirectory(host, [definition]);
  expect(await isBehind({}, definitionOf("hello", { exclude: ["1.0.0"] }))).toBe(true);
});

test("it is behind when its date draws near, or dates are wanted for the first time", async () => {
  await publish("1.0.0");
  await publishUpdateDirectory(host, [definition]);
  expect(await isBehind({ bestBeforeDays: 9 })).toBe(true);
  const now = new Date("2026-02-20T12:00:00Z");
  await publishUpdateDirectory(host, [definition], { bestBeforeDays: 9, now });
  expect(await isBehind({ bestBeforeDays: 9, now })).toBe(false);
  expect(await isBehind({ bestBeforeDays: 9, now: new Date("2026-02-28T12:00:00Z") })).toBe(true);
});

test("it is behind when hosts are not led to the newest one", async () => {
  await publish("1.0.0");
  await publishUpdateDirectory(host, [definition]);
  await publish("1.1.0");
  await publishUpdateDirectory(host, [definition]);
  const first = (await host.list()).find(({ tag }) => tag === "updates-1");
  await host.makeLatest(first!);
  expect(await isBehind()).toBe(true);
});
