import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Image } from "@sysext-kiln/builder";
import { KilnError } from "@sysext-kiln/error";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BuiltImages } from "../src/action/images.ts";
import { formatProblems, notDelivered, publishSummary } from "../src/action/summary.ts";
import type { Published, VersionImages } from "../src/publish-all.ts";
import { definitionOf, imagesOf } from "./images.ts";

const etcd = definitionOf("etcd");
let folder: string;
let images: readonly Image[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-summary-"));
  images = await imagesOf(etcd, "1.0.0", folder);
});
afterAll(() => rm(folder, { recursive: true }));

const nothing: Published = {
  ...{ changed: false, updated: false, tags: [], failed: [], waiting: [], versions: [], errors: [] },
};

const atEnd = { isEarly: false };

/** A run that builds the version, of which some images were delivered. */
function runOf(delivered: readonly Image[], published: BuiltImages["published"] = []): BuiltImages {
  const run = [{ tag: "etcd-v1.0.0", images: images.map(({ record }) => record.image.name) }];
  return { run, versions: run, images: delivered, published };
}

const nothingBuilt: BuiltImages = { run: [], versions: [], images: [], published: [] };

function problem(found: string): KilnError {
  return new KilnError("usage", { expected: "a", found, next: "" });
}

function version(isComplete = true): VersionImages {
  return { definition: etcd, tag: "etcd-v1.0.0", images, isComplete };
}

describe("the summary says about an image that it", () => {
  test.each<[string, Partial<Published>, boolean?]>([
    ["not published yet: the image for another architecture is missing", {}, false],
    ["published as etcd-v1.0.0", { tags: ["etcd-v1.0.0"], failed: ["other-v1.0.0"] }],
    ["waits for the next run", { waiting: ["etcd-v1.0.0"] }],
    ["not published: see the error", { failed: ["etcd-v1.0.0"] }],
    ["already published", { tags: ["other-v1.0.0"] }],
  ])("%s", (outcome, result, isComplete) => {
    const versions = [version(isComplete)];
    const lines = publishSummary(runOf(images), { ...nothing, ...result, versions }, atEnd).split("\n");
    const rows = lines.filter((line) => line.includes("etcd-1.0.0-"));
    expect(rows).toHaveLength(2);
    for (const row of rows) expect(row).toMatch(new RegExp(`kB \\| ${outcome}`));
  });

  test("was not built, if the plan has it and nothing was delivered", () => {
    const result = { ...nothing, versions: [{ ...version(false), images: images.slice(0, 1) }] };
    const run = runOf(images.slice(0, 1));
    const summary = publishSummary(run, result, atEnd);
    expect(summary.match(/not built: see the log of its build job/g)).toHaveLength(1);
    const names = images.map(({ record }) => record.image.name);
    expect(notDelivered(run)).toEqual(names.slice(1));
    expect(notDelivered(nothingBuilt)).toEqual([]);
  });

  test("was published before, if the run did that early", () => {
    const { run } = runOf([]);
    const summary = publishSummary(runOf([], run), nothing, atEnd);
    expect(summary.match(/\| {2}\| already published as etcd-v1\.0\.0 \|/g)).toHaveLength(2);
    expect(notDelivered(runOf([], run))).toEqual([]);
  });

  test("waits for the end of the run, if others are still being built", () => {
    const result = { ...nothing, waiting: ["etcd-v1.0.0"], versions: [version()] };
    expect(publishSummary(runOf(images), result, { isEarly: true })).toContain(
      "waits for the end of the run",
    );
  });
});

test("the summary says whether there is a new update directory, and has no table without images", () => {
  expect(publishSummary(nothingBuilt, nothing, atEnd)).toBe("Update directory unchanged.");
  expect(publishSummary(nothingBuilt, { ...nothing, updated: true }, atEnd)).toBe("New update directory.");
});

test("problems for the watchdog's issue are limited in number and length", () => {
  expect(formatProblems([])).toBe("");
  expect(formatProblems([problem("b".repeat(500))])).toBe(`[{"expected":"a","found":"${"b".repeat(500)}"}]`);
  expect(formatProblems([problem("b".repeat(501))])).toContain(`"${"b".repeat(500)}..."`);
  const many: unknown = JSON.parse(formatProblems(Array.from({ length: 21 }, () => problem("b"))));
  expect(many).toHaveLength(20);
});
