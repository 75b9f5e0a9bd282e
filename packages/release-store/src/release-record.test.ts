import type { BuildOrder, FileInput } from "@sysext-kiln/extension";
import { describe, expect, test } from "vitest";
import { formatReleaseRecord, lastRevision, publishedVersions, releaseRecordOf } from "./release-record.ts";
import type { Release } from "./release-store.ts";

const object = "1".repeat(40);
const other = "2".repeat(40);
const digest = "a".repeat(64);

function input(name: string, origin: FileInput["origin"], source?: FileInput["source"]): FileInput {
  return {
    name,
    url: `http://localhost/${name}`,
    size: 1,
    sha256: digest,
    origin,
    ...(source && { source }),
  };
}

const ofTag = (tag: string) =>
  ({ kind: "github", repository: "acme/hello", tag, object, commit: object }) as const;
const listed = { kind: "http", evidence: "listed" } as const;

function order(architecture: BuildOrder["architecture"], ...inputs: FileInput[]): BuildOrder {
  return {
    ...{ extension: "hello", version: { upstream: "1.0.0", revision: 1 }, architecture, upstream: "github" },
    ...{ inputs, recipe: digest, hostLibraries: [] },
  };
}

function release(tag: string, notes = "", draft = false): Release {
  return {
    ...{ id: tag, tag, notes, draft, begunAt: undefined },
    ...{ latest: false, prerelease: false, assets: [] },
  };
}

test("the record of a version has the tag's object, the pins of each architecture, and the further sources", () => {
  const source = { name: "tool", upstream: "github", version: "2.0.0" } as const;
  const fromTag = { ...ofTag("v2.0.0"), object: other };
  const orders = [
    order("arm64", input("a", ofTag("v1.0.0")), input("b", fromTag, source)),
    order("x86-64", input("c", ofTag("v1.0.0")), input("d", listed, { ...source, name: "page" })),
  ];
  const record = releaseRecordOf(orders);
  expect(record).toMatchObject({
    ...{ upstream: "github", object, recipe: digest },
    pins: { arm64: { a: digest, b: digest }, "x86-64": { c: digest, d: digest } },
    sources: { tool: { version: "2.0.0", object: other } },
  });
  expect(Object.keys(record.fingerprints)).toEqual(["arm64", "x86-64"]);
  expect(releaseRecordOf(orders.slice(1))).toMatchObject({ sources: { page: { version: "2.0.0" } } });
});

test("the record of a version says whether only a person requested it", () => {
  const requested = order("arm64", input("a", listed));
  expect(releaseRecordOf([{ ...requested, outsidePolicy: true }])).toMatchObject({ outsidePolicy: true });
  expect(releaseRecordOf([requested])).not.toHaveProperty("outsidePolicy");
});

test("the record of a version without tags and further sources has neither", () => {
  const record = releaseRecordOf([order("arm64", input("a", listed))]);
  expect(record).not.toHaveProperty("object");
  expect(record).not.toHaveProperty("sources");
  expect(releaseRecordOf([])).toMatchObject({ upstream: "", fingerprints: {}, pins: {} });
});

describe("the published versions of an extension", () => {
  const notes = formatReleaseRecord(releaseRecordOf([order("arm64", input("a", listed))]));
  const releases = [
    release("hello-v1.0.0-2", notes),
    release("hello-v1.0.0-10"),
    release("hello-v1.0.0"),
    release("hello-v1.1.0", "", true),
    release("other-v1.0.0"),
    release("updates-1"),
  ];

  test("are its releases, without drafts, each with its record if it has one", () => {
    const published = publishedVersions({ name: "hello" }, releases);
    expect(published.map((one) => one.release.tag)).toEqual([
      "hello-v1.0.0-2",
      "hello-v1.0.0-10",
      "hello-v1.0.0",
    ]);
    expect(published.map(({ record }) => record?.upstream)).toEqual(["github", undefined, undefined]);
  });

  test("have a last revision, by its number", () => {
    const published = publishedVersions({ name: "hello" }, releases);
    expect(lastRevision(published, "1.0.0")?.version.revision).toBe(10);
    expect(lastRevision(published, "1.1.0")).toBeUndefined();
  });
});
