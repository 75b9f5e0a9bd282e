import { publishUpdateDirectory } from "@sysext-kiln/publisher";
import { offeredReleases, parseReleaseRecord, policyDigest } from "@sysext-kiln/release-store";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { currentOffer, directoryReader } from "../src/previous-directory.ts";
import { checkUpdateDirectory } from "../src/update-directory.ts";
import { definitionOf } from "./images.ts";
import { publishReleases, publishVersions } from "./publish-versions.ts";
import { storeKinds, type TestStore } from "./test-store.ts";

const etcd = definitionOf("etcd");

describe.each(storeKinds)("in %s, what hosts are offered", (_, open) => {
  let storeUnderTest: TestStore;
  beforeEach(async () => {
    storeUnderTest = await open();
    const { store, folder } = storeUnderTest;
    await publishReleases(store, etcd, folder, ["3.5.28", "3.5.29"]);
    await publishVersions(store, etcd, folder, ["3.5.30"]);
  });
  afterEach(() => storeUnderTest[Symbol.asyncDispose]());

  test("is read from the update directory, with the record of the newest version", async () => {
    const offered = await offeredReleases(storeUnderTest.store);
    expect(offered?.policy).toBe(policyDigest([etcd]));
    expect(offered?.releases.map(({ tag }) => tag).toSorted()).toEqual([
      "etcd-v3.5.29",
      "etcd-v3.5.30",
      "updates-1",
    ]);
    const newest = offered?.releases.find(({ tag }) => tag === "etcd-v3.5.30");
    expect(parseReleaseRecord(newest?.notes ?? "")).toMatchObject({ upstream: "debian" });
    expect(newest?.assets.map(({ name }) => name)).toEqual([
      "etcd-3.5.30-arm64.raw",
      "etcd-3.5.30-x86-64.raw",
    ]);
  });

  test("is enough to see whether the update directory is out of date", async () => {
    const { store } = storeUnderTest;
    const releases = (await offeredReleases(store))?.releases ?? [];
    expect(await checkUpdateDirectory(store, releases, [etcd])).toEqual({
      outdated: undefined,
      problems: [],
    });
    const withdrawn = definitionOf("etcd", { withdrawn: { "3.5.30": "loses data" } });
    expect((await checkUpdateDirectory(store, releases, [withdrawn])).outdated).toBeDefined();
    expect(policyDigest([withdrawn])).not.toBe(policyDigest([etcd]));
  });

  test("says which releases there are, unless policy has changed or a repository with keys has not signed it", async () => {
    const { store } = storeUnderTest;
    const offered = await offeredReleases(store);
    const now = new Date();
    const read = directoryReader(store, { signer: undefined, now });
    expect(await currentOffer(offered, [etcd], read)).toBe(offered?.releases);
    const stricter = definitionOf("etcd", { exclude: ["3.5.30"] });
    expect(await currentOffer(offered, [stricter], read)).toBeUndefined();
    const readSigned = directoryReader(store, { signer: undefined, now, signingKeys: ["0".repeat(40)] });
    expect(await currentOffer(offered, [etcd], readSigned)).toBeUndefined();
  });

  test("does not change when somebody edits the notes of a release", async () => {
    const { store } = storeUnderTest;
    const before = await offeredReleases(store);
    await storeUnderTest.editNotes("etcd-v3.5.30", (notes) =>
      notes.replace(/"upstream":"debian"/, '"upstream":"go"'),
    );
    expect(await publishUpdateDirectory(store, [etcd])).toBe(false);
    const hello = definitionOf("hello");
    await publishReleases(store, hello, storeUnderTest.folder, ["1.0.0"]);
    expect(await publishUpdateDirectory(store, [etcd, hello])).toBe(true);
    const record = (releases: typeof before) =>
      releases?.releases.find(({ tag }) => tag === "etcd-v3.5.30")?.notes;
    expect(record(await offeredReleases(store))).toContain('"upstream":"debian"');
  });

  test.each([
    ["manifest", "SHA256SUMS", "garbage"],
    ["index", "kiln-index-1.txt", "garbage"],
    ["list of records", "kiln-records-1.json", undefined],
    ["list of records", "kiln-records-1.json", "{}"],
  ])("is unknown if the %s is not as it was published", async (__, name, bytes) => {
    await storeUnderTest.damage("updates-1", name, bytes);
    expect(await offeredReleases(storeUnderTest.store)).toBeUndefined();
  });

  test("is unknown if hosts are directed to another release, or to none", async () => {
    const { store } = storeUnderTest;
    await store.makeLatest((await store.list()).find(({ tag }) => tag === "etcd-v3.5.30")!);
    expect(await offeredReleases(store)).toBeUndefined();
    for (const release of await store.list()) await store.remove(release);
    expect(await offeredReleases(store)).toBeUndefined();
  });
});
