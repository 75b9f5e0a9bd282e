import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { auditReleases } from "../src/audit.ts";
import { definitionOf } from "./images.ts";
import { openGitHubStore, type GitHubTestStore } from "./test-store.ts";
import { makeKey } from "./signed-test-store.ts";
import { publishReleases, publishVersions } from "./publish-versions.ts";

const alpha = definitionOf("alpha", {}, { architectures: ["x86-64"] });
const image = "alpha-1.1.0-x86-64.raw";
const now = new Date("2026-11-30T12:00:00Z");

describe("an audit of the permanent releases", () => {
  let storeUnderTest: GitHubTestStore;
  beforeEach(async () => {
    storeUnderTest = await openGitHubStore();
    const { store, folder } = storeUnderTest;
    await publishReleases(store, alpha, folder, ["1.0.0", "1.1.0", "1.2.0"]);
    await publishVersions(store, alpha, folder, ["1.3.0"]);
  });
  afterEach(() => storeUnderTest[Symbol.asyncDispose]());

  async function audit(date = now, portion?: number) {
    const { store } = storeUnderTest;
    return auditReleases(store, await store.list(), [alpha], {
      ...{ signer: undefined, now: date },
      ...(portion !== undefined && { portion }),
    });
  }

  test("finds nothing in what kiln has published", async () => {
    expect(await audit()).toEqual({ releases: 4, read: 2, problems: [] });
  });

  test.each([
    ["an image was removed", () => storeUnderTest.damage("alpha-v1.1.0", image, undefined)],
    ["an image was replaced", () => storeUnderTest.damage("alpha-v1.1.0", image, "others")],
    ["the manifest was removed", () => storeUnderTest.damage("alpha-v1.1.0", "SHA256SUMS", undefined)],
    ["the manifest was replaced", () => storeUnderTest.damage("alpha-v1.1.0", "SHA256SUMS", "garbage")],
    ["the notes lost the record", () => storeUnderTest.editNotes("alpha-v1.1.0", () => "edited")],
    [
      "a file was added",
      async () => {
        const { assets } = storeUnderTest.repository.state.releases.find(
          ({ tag }) => tag === "alpha-v1.1.0",
        )!;
        assets.push({ ...assets[0]!, name: "more.raw" });
      },
    ],
  ])("finds that %s", async (_, damage) => {
    await damage();
    const { problems } = await audit();
    expect(problems).toMatchObject([{ message: expect.stringContaining("alpha-v1.1.0") }]);
  });

  test("accepts signed releases, and those that are older than the key", async () => {
    const { store, folder } = storeUnderTest;
    const { signer } = await makeKey(folder, "trusted");
    await publishReleases(store, alpha, folder, ["1.1.1"], { signer });
    const trust = { signer, now };
    expect((await auditReleases(store, await store.list(), [alpha], trust)).problems).toEqual([]);
    const named = { signer: undefined, signingKeys: [signer.fingerprint], now };
    expect((await auditReleases(store, await store.list(), [alpha], named)).problems).toEqual([]);
    const foreign = (await makeKey(folder, "foreign")).signer;
    const found = await auditReleases(store, await store.list(), [alpha], { ...trust, signer: foreign });
    expect(found.problems).toMatchObject([{ message: expect.stringContaining("alpha-v1.1.1") }]);
  });

  test("finds that an image was replaced that hosts are offered, without reading its manifest", async () => {
    await storeUnderTest.damage("alpha-v1.3.0", "alpha-1.3.0-x86-64.raw", "others");
    expect((await audit()).problems).toMatchObject([{ code: "digest-mismatch" }]);
  });

  test("reads the manifests of other releases in portions, each in turn", async () => {
    await storeUnderTest.damage("alpha-v1.1.0", image, "others");
    const tomorrow = new Date(now.getTime() + 24 * 60 * 60 * 1000);
    const counts = await Promise.all(
      [now, tomorrow].map(async (date) => (await audit(date, 1)).problems.length),
    );
    expect(new Set(counts)).toEqual(new Set([0, 1]));
  });
});
