import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Signer } from "../src/signing/signer.ts";
import { isUpdateDirectoryOutOfDate } from "../src/update-directory.ts";
import { definitionOf } from "./images.ts";
import { publishReleases } from "./publish-versions.ts";
import { downloaded } from "./published.ts";
import { signedStoreKinds, type SignedTestStore } from "./signed-test-store.ts";

const etcd = definitionOf("etcd");

describe.each(signedStoreKinds)("in %s", (_, open) => {
  let storeUnderTest: SignedTestStore;
  let signer: Signer;
  beforeEach(async () => {
    storeUnderTest = await open();
    ({ signer } = storeUnderTest.trustedKey);
  });
  afterEach(() => storeUnderTest[Symbol.asyncDispose]());

  /** Adds a release, as somebody does who may write releases, but does not have the key. */
  const addForeign = (version: string, options: { signer?: Signer } = {}) =>
    publishReleases(
      storeUnderTest.reopen(),
      etcd,
      join(storeUnderTest.folder, "foreign"),
      [version],
      options,
    );

  /** The versions that hosts are offered. */
  async function offered(): Promise<string[]> {
    const manifest = await storeUnderTest.read("latest", "SHA256SUMS");
    return [...new Set([...manifest.matchAll(/etcd-([\d.]+)-/g)].map(([, version]) => version ?? ""))];
  }

  const refused = { code: "signature-invalid", expected: expect.stringContaining("etcd-v3.5.31") };

  test.each([
    ["not signed", () => ({})],
    ["signed by another key", () => ({ signer: storeUnderTest.foreignKey.signer })],
  ])("a release that is %s gets no signature, and hosts are not offered it", async (__, options) => {
    await storeUnderTest.publish("3.5.30", signer);
    await addForeign("3.5.31", options());
    await expect(storeUnderTest.update({ signer })).rejects.toMatchObject(refused);
    expect(await offered()).toEqual(["3.5.30"]);
    expect(await storeUnderTest.updates()).toEqual(["updates-1"]);
  });

  test("it does not delay what the key has signed", async () => {
    await storeUnderTest.publish("3.5.30", signer);
    await addForeign("3.5.31");
    await expect(storeUnderTest.publish("3.5.32", signer)).rejects.toMatchObject(refused);
    expect(await offered()).toEqual(["3.5.30", "3.5.32"]);
  });

  test("an update directory that somebody else published does not vouch for it", async () => {
    await storeUnderTest.publish("3.5.30", signer);
    await addForeign("3.5.31");
    expect(await storeUnderTest.update()).toBe(true);
    expect(await offered()).toEqual(["3.5.30", "3.5.31"]);
    await expect(storeUnderTest.update({ signer })).rejects.toMatchObject(refused);
    expect(await offered()).toEqual(["3.5.30"]);
  });

  test.each([
    ["without a manifest", undefined],
    ["with a manifest that is none", "garbage\n"],
  ])("an update directory %s is followed by one that the key signs", async (__, text) => {
    await storeUnderTest.publish("3.5.30", signer);
    const attacker = storeUnderTest.reopen();
    const draft = await attacker.draft("updates-7", "");
    if (text !== undefined) {
      const path = join(storeUnderTest.folder, "SHA256SUMS");
      await writeFile(path, text);
      await attacker.upload(draft, "SHA256SUMS", path);
    }
    await attacker.publish(draft, { latest: true });
    const { store } = storeUnderTest;
    expect(await isUpdateDirectoryOutOfDate(store, await store.list(), [etcd])).toBe(true);
    await storeUnderTest.publish("3.5.31", signer);
    expect(await offered()).toEqual(["3.5.30", "3.5.31"]);
    expect(await storeUnderTest.updates()).toContain("updates-8");
  });

  test("an update directory with a number that is too large is an error that names it", async () => {
    await storeUnderTest.publish("3.5.30", signer);
    const attacker = storeUnderTest.reopen();
    const draft = await attacker.draft("updates-999999999", "");
    await attacker.publish(draft, { latest: false });
    await expect(storeUnderTest.publish("3.5.31", signer)).rejects.toMatchObject({
      code: "release-conflict",
      found: "the release updates-999999999",
    });
  });

  test("the signed manifest of a version does not make it another version", async () => {
    await storeUnderTest.publish("3.5.30", signer);
    const attacker = storeUnderTest.reopen();
    const draft = await attacker.draft("etcd-v3.5.31", "");
    for (const name of ["SHA256SUMS", "SHA256SUMS.gpg"])
      await attacker.upload(
        draft,
        name,
        await downloaded(storeUnderTest, `releases/download/etcd-v3.5.30/${name}`),
      );
    await attacker.publish(draft, { latest: false });
    expect(await storeUnderTest.update({ signer })).toBe(false);
    expect(await offered()).toEqual(["3.5.30"]);
  });

  test("a new key takes over what is published, and then nothing else", async () => {
    await storeUnderTest.publish("3.5.29", undefined);
    await storeUnderTest.publish("3.5.30", signer);
    expect(await offered()).toEqual(["3.5.29", "3.5.30"]);
    await addForeign("3.5.31");
    await expect(storeUnderTest.update({ signer })).rejects.toMatchObject(refused);
    expect(await offered()).not.toContain("3.5.31");
  });
});
