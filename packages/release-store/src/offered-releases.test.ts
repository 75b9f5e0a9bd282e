import { hash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definitionSchema, formatIndex } from "@sysext-kiln/extension";
import { helloData } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { directoryStore } from "./directory/directory-store.ts";
import {
  formatRecords,
  isRecordsName,
  offeredReleases,
  parseRecords,
  policyDigest,
} from "./offered-releases.ts";
import { parseReleaseRecord } from "./release-record.ts";
import type { ReleaseStore } from "./release-store.ts";

let folder: string;
let store: ReleaseStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-offered-"));
  store = directoryStore(join(folder, "public"));
});
afterEach(() => rm(folder, { recursive: true }));

const sha256 = "0123456789abcdef".repeat(4);
const image = { sha256, size: 7, start: 0, rollout: 0 };
const record = { upstream: "debian", fingerprints: { arm64: sha256 }, pins: {} };
const records = formatRecords({ policy: sha256, releases: { "hello-v1.1.0": record } });
const index = formatIndex({
  ...{ number: 7, created: 1_764_502_748, repository: "https://example.org", keys: [], retired: [] },
  images: [
    { ...image, name: "hello-1.0.0-arm64.raw", tag: "hello-v1.0.0" },
    { ...image, name: "hello-1.1.0-arm64.raw", tag: "hello-v1.1.0" },
    { ...image, name: "hello-1.1.0-x86-64.raw", tag: "hello-v1.1.0" },
  ],
});

/** Publishes an update directory; what its manifest lists is what `listed` has, or else its files. */
async function publish(tag: string, files: Record<string, string>, listed = files): Promise<void> {
  const lines = Object.entries(listed).map(([name, text]) => `${hash("sha256", text)}  ${name}\n`);
  const draft = await store.draft(tag, "");
  for (const [name, text] of Object.entries({ ...files, SHA256SUMS: lines.join("") })) {
    await writeFile(join(folder, "file"), text);
    await store.upload(draft, name, join(folder, "file"));
  }
  await store.publish(draft, { latest: true });
}

const directory = { "kiln-index-7.txt": index, "kiln-records-7.json": records };

test("what hosts are offered is the update directory and the releases in its index", async () => {
  await publish("updates-7", directory);
  const offered = await offeredReleases(store);
  expect(offered?.policy).toBe(sha256);
  expect(offered?.releases).toMatchObject([
    { tag: "updates-7", latest: true },
    { tag: "hello-v1.0.0", notes: "", draft: false, latest: false, prerelease: false },
    { tag: "hello-v1.1.0", draft: false, latest: false, prerelease: false },
  ]);
  expect(offered?.releases[2]?.assets).toMatchObject([
    { name: "hello-1.1.0-arm64.raw", size: 7, sha256, complete: true },
    { name: "hello-1.1.0-x86-64.raw", size: 7, sha256, complete: true },
  ]);
  expect(parseReleaseRecord(offered?.releases[2]?.notes ?? "")).toMatchObject(record);
});

describe("what hosts are offered is unknown", () => {
  test("without a latest release", async () => {
    expect(await offeredReleases(store)).toBeUndefined();
  });

  test.each([
    ["that is not an update directory", "hello-v1.0.0", directory, directory],
    ["without an index", "updates-7", { "kiln-records-7.json": records }, directory],
    ["with another number than its files", "updates-8", directory, directory],
    [
      "whose records are not the listed ones",
      "updates-7",
      directory,
      { ...directory, "kiln-records-7.json": "" },
    ],
    ["whose manifest lists no index", "updates-7", directory, { "kiln-records-7.json": records }],
    ["with invalid records", "updates-7", { ...directory, "kiln-records-7.json": "{}" }, undefined],
  ])("with a latest release %s", async (_, tag, files, listed) => {
    await publish(tag, files, listed);
    expect(await offeredReleases(store)).toBeUndefined();
  });
});

test("a store that cannot be read is an error", async () => {
  await publish("updates-7", directory);
  const broken: ReleaseStore = { ...store, readText: () => Promise.reject(new Error("the disk is gone")) };
  await expect(offeredReleases(broken)).rejects.toThrow("the disk is gone");
});

test("records are written in the order of the tags", () => {
  const releases = { "b-v1.0.0": record, "c-v1.0.0": record, "a-v1.0.0": record };
  const { releases: read } = parseRecords(formatRecords({ policy: sha256, releases }), "x");
  expect(Object.keys(read)).toEqual(["a-v1.0.0", "b-v1.0.0", "c-v1.0.0"]);
});

test("the name of the records has the number of the update directory", () => {
  const names = [
    "kiln-records-12.json",
    "kiln-records-0.json",
    "kiln-records-1.json.gpg",
    "a-kiln-records-1.json",
  ];
  expect(names.map(isRecordsName)).toEqual([true, false, false, false]);
});

test("the digest of policies depends on what they select, and not on the order of the extensions", () => {
  const hello = definitionSchema.parse(helloData());
  const [one, other] = [hello, { ...hello, name: "another" }];
  const digest = policyDigest([one, other]);
  expect(policyDigest([other, one])).toBe(digest);
  expect(policyDigest([one, { ...other, summary: "changed" }])).toBe(digest);
  const versions = { ...other.versions, exclude: ["1.0.0"] };
  expect(policyDigest([one, { ...other, versions }])).not.toBe(digest);
  expect(policyDigest([one, { ...other, architectures: ["arm64"] }])).not.toBe(digest);
  expect(policyDigest([one])).not.toBe(digest);
});
