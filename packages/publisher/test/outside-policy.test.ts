import { join } from "node:path";
import { formatBuildRecord } from "@sysext-kiln/builder";
import type { Definition } from "@sysext-kiln/extension";
import { publishRelease, publishUpdateDirectory } from "@sysext-kiln/publisher";
import { writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseManifest } from "../src/manifest.ts";
import { definitionOf, imagesOf } from "./images.ts";
import { assetNames, latestText } from "./published.ts";
import { openDirectoryStore, type TestStore } from "./test-store.ts";

const baseUrl = "https://example.org/extensions";
const kilnHost = definitionOf("kiln-host");

let storeUnderTest: TestStore;
beforeEach(async () => {
  storeUnderTest = await openDirectoryStore();
});
afterEach(() => storeUnderTest[Symbol.asyncDispose]());

function etcdWith(versions: object = {}): Definition {
  return definitionOf("etcd", versions, { architectures: ["x86-64"] });
}

/** Publishes a version. @param outsidePolicy whether a person requested it, which the policy does not select */
async function publish(definition: Definition, version: string, outsidePolicy: boolean): Promise<void> {
  const images = await imagesOf(definition, version, join(storeUnderTest.folder, "images"));
  const marked = images.map((image) =>
    outsidePolicy ? { ...image, record: { ...image.record, outsidePolicy } } : image,
  );
  for (const { recordPath, record } of marked) await writeFile(recordPath, formatBuildRecord(record));
  await publishRelease(storeUnderTest.store, definition, marked, { baseUrl, kilnHost });
}

/** The versions of etcd that hosts are offered after some were selected by policy, and then others requested. */
async function offered(versions: object, selected: readonly string[], requested: readonly string[]) {
  const definition = etcdWith(versions);
  for (const version of selected) await publish(definition, version, false);
  for (const version of requested) await publish(definition, version, true);
  await publishUpdateDirectory(storeUnderTest.store, [definition]);
  const manifest = parseManifest(await latestText(storeUnderTest, "SHA256SUMS"), "the manifest");
  return manifest.flatMap(({ name }) => /^etcd-(.*)-x86-64\.raw$/.exec(name)?.[1] ?? []);
}

describe("a version that a person requested outside the policy has a permanent release, and is not offered to hosts", () => {
  test.each([
    ["older than the newest one", {}, ["3.5.30"], "3.5.29", ["3.5.30"]],
    [
      "older than the newest one of its series",
      { track: ["3.5", "3.6"] },
      ["3.5.30", "3.6.2"],
      "3.5.29",
      ["3.5.30", "3.6.2"],
    ],
    [
      "between the retained ones, which it does not replace",
      { retain: 2 },
      ["3.5.28", "3.5.30"],
      "3.5.29",
      ["3.5.28", "3.5.30"],
    ],
    ["beyond the retained ones", { retain: 1 }, ["3.5.30"], "3.5.29", ["3.5.30"]],
    ["of a series that is not followed", { track: ["3.6"] }, ["3.6.2"], "3.5.30", ["3.6.2"]],
    [
      "of a series older than the newest ones, of which one is not published yet",
      { track: "newest 2 series" },
      ["3.7.0"],
      "3.5.30",
      ["3.7.0"],
    ],
    [
      "newer than everything in a series without support",
      { track: ["3.5", "3.6"], endOfLife: { "3.5": "2026-01-01" } },
      ["3.5.29", "3.6.2"],
      "3.5.30",
      ["3.5.29", "3.6.2"],
    ],
    ["below the minimum", { minimum: "3.5.30" }, ["3.5.30"], "3.5.29", ["3.5.30"]],
    ["excluded", { exclude: ["3.5.31"] }, ["3.5.30"], "3.5.31", ["3.5.30"]],
  ])("if it is %s", async (_, versions, selected, requested, expected) => {
    expect(await offered(versions, selected, [requested])).toEqual(expected);
    expect(await assetNames(storeUnderTest, `etcd-v${requested}`)).toContain(`etcd-${requested}-x86-64.raw`);
  });

  test("until the policy selects it, and its next revision is published", async () => {
    expect(await offered({}, ["3.5.28", "3.5.30"], ["3.5.29"])).toEqual(["3.5.28", "3.5.30"]);
    expect(await offered({ exclude: ["3.5.30"] }, [], [])).toEqual(["3.5.28"]);
    expect(await offered({ exclude: ["3.5.30"] }, ["3.5.29-2"], [])).toEqual(["3.5.28", "3.5.29-2"]);
  });

  test("if its next revision is requested, too, and the first one stays", async () => {
    expect(await offered({}, ["3.5.29", "3.5.30"], ["3.5.29-2"])).toEqual(["3.5.29", "3.5.30"]);
  });

  test("so that there is no update directory if nothing else is published", async () => {
    const definition = etcdWith();
    await publish(definition, "3.5.30", true);
    expect(await publishUpdateDirectory(storeUnderTest.store, [definition])).toBe(false);
  });
});

test("the release of such a version has no configuration for hosts, and its notes say why", async () => {
  await publish(kilnHost, "1.0.0", false);
  await publish(etcdWith(), "3.5.30", false);
  await publish(etcdWith(), "3.5.29", true);
  const configuration = async (tag: string) =>
    (await assetNames(storeUnderTest, tag)).filter((name) => /\.(bu|ign|conf)$/.test(name));
  expect(await configuration("etcd-v3.5.30")).not.toEqual([]);
  expect(await configuration("etcd-v3.5.29")).toEqual([]);
  const notes = "This version was requested by hand and is outside the policy: hosts are not offered it.";
  expect(await storeUnderTest.notes("etcd-v3.5.29")).toContain(notes);
  expect(await storeUnderTest.notes("etcd-v3.5.30")).not.toContain(notes);
});

test("a version that was only requested does not decide which series new hosts follow", async () => {
  const etcd = etcdWith({ track: "newest 2 series" });
  await publish(kilnHost, "1.0.0", false);
  await publish(etcd, "3.6.2", true);
  await publish(etcd, "3.7.0", true);
  await publish(etcd, "3.5.30", false);
  expect(await assetNames(storeUnderTest, "etcd-v3.5.30")).toContain("etcd-3.5.30-x86-64.bu");
});
