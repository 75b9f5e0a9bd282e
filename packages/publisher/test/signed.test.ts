import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { requireSigner } from "@sysext-kiln/publisher";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openGpg, type Gpg } from "./gpg.ts";
import { assetNames, latestTag, tagsOf } from "./published.ts";
import { signedStoreKinds, type SignedTestStore } from "./signed-test-store.ts";

let gpg: Gpg;
beforeAll(async () => {
  gpg = await openGpg();
});
afterAll(() => gpg[Symbol.asyncDispose]());

describe.each(signedStoreKinds)("in %s", (_, open) => {
  let storeUnderTest: SignedTestStore;
  let now: Date;
  beforeEach(async () => {
    storeUnderTest = await open();
    now = new Date();
  });
  afterEach(() => storeUnderTest[Symbol.asyncDispose]());

  /** Expects gpgv to accept the update directory's signature with the trusted key. */
  async function expectTrustedSignature(): Promise<void> {
    const [signature, manifest] = [
      await storeUnderTest.download("latest", "SHA256SUMS.gpg"),
      await storeUnderTest.download("latest", "SHA256SUMS"),
    ];
    expect(await gpg.verifies(storeUnderTest.trustedKey.path, signature, manifest)).toBe(true);
  }

  describe("with a key", () => {
    test("the release and the update directory have signatures that gpgv accepts with the published keyring", async () => {
      await storeUnderTest.publish("3.5.30", storeUnderTest.trustedKey.signer);
      for (const folder of ["latest", "permanent"] as const) {
        const [manifest, signature, keyring] = await Promise.all([
          storeUnderTest.download(folder, "SHA256SUMS"),
          storeUnderTest.download(folder, "SHA256SUMS.gpg"),
          storeUnderTest.download(folder, "import-pubring.gpg"),
        ]);
        expect(await gpg.verifies(keyring, signature, manifest)).toBe(true);
        expect(await gpg.verifies(storeUnderTest.foreignKey.path, signature, manifest)).toBe(false);
        expect((await readFile(signature, "latin1")).startsWith("-----BEGIN")).toBe(false);
        expect((await readFile(keyring)).equals(await readFile(storeUnderTest.trustedKey.path))).toBe(true);
      }
      const files = await storeUnderTest.verifyWith(storeUnderTest.trustedKey.path);
      expect(files.find(({ folder: where }) => where.endsWith("latest/download"))?.signedBy).toBe(
        storeUnderTest.trustedKey.signer.fingerprint,
      );
    });

    test("an unchanged update directory is not published again", async () => {
      await storeUnderTest.publish("3.5.30", storeUnderTest.trustedKey.signer);
      expect(await storeUnderTest.update({ signer: storeUnderTest.trustedKey.signer })).toBe(false);
      expect(await storeUnderTest.updates()).toEqual(["updates-1"]);
    });

    test("an update directory without a signature, or signed by another key, is published again", async () => {
      const { signer } = storeUnderTest.trustedKey;
      await storeUnderTest.publish("3.5.30", signer);
      await storeUnderTest.damageIn("latest", "SHA256SUMS.gpg", undefined);
      expect(await storeUnderTest.update({ signer })).toBe(true);
      const other = storeUnderTest.foreignKey.signer;
      const signingKeys = [other.fingerprint, signer.fingerprint];
      expect(await storeUnderTest.update({ signer: other, signingKeys })).toBe(true);
      expect(await storeUnderTest.update({ signer: other, signingKeys })).toBe(false);
      expect(await storeUnderTest.updates()).toEqual(["updates-1", "updates-2", "updates-3"]);
    });

    test.each([
      ["signature is missing", () => storeUnderTest.damageIn("latest", "SHA256SUMS.gpg", undefined)],
      ["keyring is missing", () => storeUnderTest.damageIn("latest", "import-pubring.gpg", undefined)],
      ["signature is truncated", () => storeUnderTest.damageIn("latest", "SHA256SUMS.gpg", "x")],
      [
        "notes lost the line about its signature",
        () => storeUnderTest.editNotes("updates-1", () => "edited in a browser\r\n"),
      ],
      [
        "notes contain a signature over something else",
        async () => {
          const other = Buffer.from(
            await storeUnderTest.trustedKey.signer.sign("another manifest", now),
          ).toString("base64");
          await storeUnderTest.editNotes("updates-1", (notes) =>
            notes.replace(/"signature":"[^"]+"/, `"signature":"${other}"`),
          );
        },
      ],
    ])("an update directory is published again when its %s", async (__, damage) => {
      await storeUnderTest.publish("3.5.30", storeUnderTest.trustedKey.signer);
      await damage();
      expect(await storeUnderTest.update({ signer: storeUnderTest.trustedKey.signer })).toBe(true);
      expect(await storeUnderTest.update({ signer: storeUnderTest.trustedKey.signer })).toBe(false);
      await expectTrustedSignature();
    });

    test("a draft in which a killed run left another signature is completed", async () => {
      const dead = storeUnderTest.reopen();
      const draft = await dead.draft("etcd-v3.5.30", "");
      const stale = join(storeUnderTest.folder, "stale");
      await writeFile(stale, await storeUnderTest.foreignKey.signer.sign("something else", now));
      await dead.upload(draft, "SHA256SUMS.gpg", stale);
      await storeUnderTest.publish("3.5.30", storeUnderTest.trustedKey.signer);
      expect(
        (await storeUnderTest.verifyWith(storeUnderTest.trustedKey.path)).map(({ signedBy }) => signedBy),
      ).toContain(storeUnderTest.trustedKey.signer.fingerprint);
    });
  });

  describe("without a key", () => {
    test("nothing is signed, and the notes mention no signature", async () => {
      await storeUnderTest.publish("3.5.30", undefined);
      const tags = await tagsOf(storeUnderTest);
      const names = (await Promise.all(tags.map((tag) => assetNames(storeUnderTest, tag)))).flat();
      expect(names.length).toBeGreaterThan(5);
      expect(names.filter((name) => name.endsWith(".gpg"))).toEqual([]);
      expect(await storeUnderTest.notes(await latestTag(storeUnderTest))).not.toContain("signature");
    });

    test("a run is refused if hosts already expect signatures", async () => {
      await requireSigner(storeUnderTest.store, undefined);
      await storeUnderTest.publish("3.5.30", undefined);
      await requireSigner(storeUnderTest.store, undefined);
      await storeUnderTest.adopt(storeUnderTest.trustedKey.signer);
      await storeUnderTest.publish("3.5.31", storeUnderTest.trustedKey.signer);
      await expect(requireSigner(storeUnderTest.store, undefined)).rejects.toMatchObject({
        code: "key-missing",
      });
      await requireSigner(storeUnderTest.store, storeUnderTest.trustedKey.signer);
      await storeUnderTest.publish("3.5.32", undefined);
      await requireSigner(storeUnderTest.store, undefined);
    });

    test("a run is also refused if somebody made another release the latest", async () => {
      await storeUnderTest.publish("3.5.30", storeUnderTest.trustedKey.signer);
      const releases = await storeUnderTest.store.list();
      const foreign = releases.find(({ tag }) => tag === "etcd-v3.5.30");
      if (!foreign) throw new Error("no release");
      await storeUnderTest.damage(foreign.tag, "SHA256SUMS.gpg", undefined);
      await storeUnderTest.store.makeLatest(foreign);
      await expect(requireSigner(storeUnderTest.store, undefined)).rejects.toMatchObject({
        code: "key-missing",
        next: expect.stringMatching(/remove updates-1$/),
      });
    });
  });
});
