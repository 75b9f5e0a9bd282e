import { hash } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { publishUpdateDirectory } from "@sysext-kiln/publisher";
import type { Signer } from "../src/signing/signer.ts";
import { checkUpdateDirectory } from "../src/update-directory.ts";
import { definitionOf } from "./images.ts";
import { publishReleases } from "./publish-versions.ts";
import { downloaded, downloadedRelease } from "./published.ts";
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
    expect((await checkUpdateDirectory(store, await store.list(), [etcd])).outdated).toMatch(
      /^updates-7 is damaged, or no key/,
    );
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

  describe("a key that has signed no update directory", () => {
    const nothingToContinue = {
      code: "signature-invalid",
      expected: expect.stringContaining("or one that kiln.yaml adopts"),
    };

    test("does not sign what somebody published after removing all that it had signed", async () => {
      await storeUnderTest.publish("3.5.30", signer);
      await addForeign("3.5.31");
      const attacker = storeUnderTest.reopen();
      for (const release of await attacker.list())
        if (release.tag.startsWith("updates-")) await attacker.remove(release);
      await publishUpdateDirectory(attacker, [etcd]);
      const planted = await storeUnderTest.read("latest", "SHA256SUMS");
      await expect(storeUnderTest.update({ signer })).rejects.toMatchObject(nothingToContinue);
      expect(await storeUnderTest.read("latest", "SHA256SUMS")).toBe(planted);

      for (const release of await attacker.list())
        if (/^updates-|-v3\.5\.31$/.test(release.tag)) await attacker.remove(release);
      expect(await storeUnderTest.update({ signer })).toBe(true);
      expect(await offered()).toEqual(["3.5.30"]);
    });

    test("does not sign unsigned releases where there is no update directory", async () => {
      await addForeign("3.5.30");
      await expect(storeUnderTest.update({ signer })).rejects.toMatchObject({
        ...nothingToContinue,
        found: expect.stringMatching(/^no update directory and etcd-v3\.5\.30 /),
      });
      expect(await storeUnderTest.updates()).toEqual([]);
    });

    test("continues the update directory that is adopted, as it is, and then nothing else that is unsigned", async () => {
      await storeUnderTest.publish("3.5.29", undefined);
      const manifest = await storeUnderTest.read("latest", "SHA256SUMS");
      const adoptedDirectory = hash("sha256", manifest);
      await expect(storeUnderTest.update({ signer })).rejects.toMatchObject({
        ...nothingToContinue,
        next: expect.stringContaining(`"adoptedDirectory: ${adoptedDirectory}"`),
      });
      await addForeign("3.5.30");
      await publishUpdateDirectory(storeUnderTest.reopen(), [etcd]);
      const options = { signer, adoptedDirectory };
      await expect(storeUnderTest.update(options)).rejects.toMatchObject({ code: "signature-invalid" });
      expect(await offered()).toEqual(["3.5.29"]);
      await expect(storeUnderTest.update({ signer })).rejects.toMatchObject({ code: "signature-invalid" });
      expect(await offered()).toEqual(["3.5.29"]);
    });

    test("continues what a key has signed that kiln.yaml names, and nothing that other keys have", async () => {
      const { foreignKey } = storeUnderTest;
      await storeUnderTest.publish("3.5.30", signer);
      await storeUnderTest.publish("3.5.31", signer);
      await expect(storeUnderTest.update({ signer: foreignKey.signer })).rejects.toMatchObject({
        ...nothingToContinue,
        next: expect.stringContaining('"signingKeys"'),
      });
      const signingKeys = [foreignKey.signer.fingerprint, signer.fingerprint];
      expect(await storeUnderTest.update({ signer: foreignKey.signer, signingKeys })).toBe(true);
      expect(await offered()).toEqual(["3.5.30", "3.5.31"]);
      await addForeign("3.5.32", { signer });
      await storeUnderTest.update({ signer: foreignKey.signer, signingKeys });
      expect(await offered()).toEqual(["3.5.31", "3.5.32"]);
    });

    test("does not take a keyring for that of an earlier key because it is published beside a signature", async () => {
      const { foreignKey } = storeUnderTest;
      await storeUnderTest.publish("3.5.30", signer);
      await addForeign("3.5.31", { signer: foreignKey.signer });
      const signingKeys = ["0".repeat(40), signer.fingerprint];
      await expect(storeUnderTest.update({ signer, signingKeys })).rejects.toMatchObject(refused);
      expect(await offered()).toEqual(["3.5.30"]);
    });
  });

  test("an older update directory under a new tag is not continued, although it is signed", async () => {
    await storeUnderTest.publish("3.5.29", signer);
    const old = await downloadedRelease(storeUnderTest, "updates-1");
    await storeUnderTest.publish("3.5.30", signer);
    const attacker = storeUnderTest.reopen();
    const draft = await attacker.draft("updates-9", "");
    for (const name of await readdir(old)) await attacker.upload(draft, name, join(old, name));
    await attacker.publish(draft, { latest: true });
    expect(await storeUnderTest.update({ signer })).toBe(true);
    expect(await storeUnderTest.updates()).toContain("updates-10");
    expect(await offered()).toEqual(["3.5.29", "3.5.30"]);
  });

  test("the configuration for hosts names no image of kiln-host that somebody else has published", async () => {
    const kilnHost = definitionOf("kiln-host");
    const { store, folder } = storeUnderTest;
    const options = { signer, kilnHost, baseUrl: "https://example.org" };
    await publishReleases(store, kilnHost, join(folder, "images"), ["1.0.0"], options);
    const foreign = join(folder, "foreign");
    await publishReleases(storeUnderTest.reopen(), kilnHost, foreign, ["1.1.0"]);
    await publishUpdateDirectory(storeUnderTest.reopen(), [kilnHost]);
    await publishReleases(store, etcd, join(folder, "images"), ["3.5.30"], options);
    const butane = await storeUnderTest.read("permanent", "etcd-3.5.30-arm64.bu");
    expect(butane).toContain("kiln-host-v1.0.0/");
    expect(butane).not.toContain("kiln-host-v1.1.0/");
  });
});
