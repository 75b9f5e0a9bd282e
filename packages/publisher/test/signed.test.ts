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
  let testStore: SignedTestStore;
  let now: Date;
  beforeEach(async () => {
    testStore = await open();
    now = new Date();
  });
  afterEach(() => testStore[Symbol.asyncDispose]());

  /** Expects gpgv to accept the update directory's signature with the trusted key. */
  async function expectTrustedSignature(): Promise<void> {
    const [signature, manifest] = [
      await testStore.download("latest", "SHA256SUMS.gpg"),
      await testStore.download("latest", "SHA256SUMS"),
    ];
    expect(await gpg.verifies(testStore.trustedKey.path, signature, manifest)).toBe(true);
  }

  describe("with a key", () => {
    test("the release and the update directory have signatures that gpgv accepts with the published keyring", async () => {
      await testStore.publish("3.5.30", testStore.trustedKey.signer);
      for (const folder of ["latest", "permanent"] as const) {
        const [manifest, signature, keyring] = await Promise.all([
          testStore.download(folder, "SHA256SUMS"),
          testStore.download(folder, "SHA256SUMS.gpg"),
          testStore.download(folder, "import-pubring.gpg"),
        ]);
        expect(await gpg.verifies(keyring, signature, manifest)).toBe(true);
        expect(await gpg.verifies(testStore.foreignKey.path, signature, manifest)).toBe(false);
        expect((await readFile(signature, "latin1")).startsWith("-----BEGIN")).toBe(false);
        expect((await readFile(keyring)).equals(await readFile(testStore.trustedKey.path))).toBe(true);
      }
      const files = await testStore.verifyWith(testStore.trustedKey.path);
      expect(files.find(({ folder: where }) => where.endsWith("latest/download"))?.signedBy).toBe(
        testStore.trustedKey.signer.fingerprint,
      );
    });

    test("an unchanged update directory is not published again", async () => {
      await testStore.publish("3.5.30", testStore.trustedKey.signer);
      expect(await testStore.update({ signer: testStore.trustedKey.signer })).toBe(false);
      expect(await testStore.updates()).toEqual(["updates-1"]);
    });

    test("an update directory without a signature, or signed by another key, is published again", async () => {
      await testStore.publish("3.5.30", undefined);
      expect(await testStore.update({ signer: testStore.foreignKey.signer })).toBe(true);
      expect(await testStore.update({ signer: testStore.trustedKey.signer })).toBe(true);
      expect(await testStore.update({ signer: testStore.trustedKey.signer })).toBe(false);
      expect(await testStore.updates()).toEqual(["updates-1", "updates-2", "updates-3"]);
      await expectTrustedSignature();
    });

    test.each([
      ["signature is missing", () => testStore.damageIn("latest", "SHA256SUMS.gpg", undefined)],
      ["keyring is missing", () => testStore.damageIn("latest", "import-pubring.gpg", undefined)],
      ["signature is truncated", () => testStore.damageIn("latest", "SHA256SUMS.gpg", "x")],
      [
        "notes lost the line about its signature",
        () => testStore.editNotes("updates-1", () => "edited in a browser\r\n"),
      ],
      [
        "notes contain a signature over something else",
        async () => {
          const other = Buffer.from(await testStore.trustedKey.signer.sign("another manifest", now)).toString(
            "base64",
          );
          await testStore.editNotes("updates-1", (notes) =>
            notes.replace(/"signature":"[^"]+"/, `"signature":"${other}"`),
          );
        },
      ],
    ])("an update directory is published again when its %s", async (__, damage) => {
      await testStore.publish("3.5.30", testStore.trustedKey.signer);
      await damage();
      expect(await testStore.update({ signer: testStore.trustedKey.signer })).toBe(true);
      expect(await testStore.update({ signer: testStore.trustedKey.signer })).toBe(false);
      await expectTrustedSignature();
    });

    test("a draft in which a killed run left another signature is completed", async () => {
      const dead = testStore.reopen();
      const draft = await dead.draft("etcd-v3.5.30", "");
      const stale = join(testStore.folder, "stale");
      await writeFile(stale, await testStore.foreignKey.signer.sign("something else", now));
      await dead.upload(draft, "SHA256SUMS.gpg", stale);
      await testStore.publish("3.5.30", testStore.trustedKey.signer);
      expect(
        (await testStore.verifyWith(testStore.trustedKey.path)).map(({ signedBy }) => signedBy),
      ).toContain(testStore.trustedKey.signer.fingerprint);
    });
  });

  describe("without a key", () => {
    test("nothing is signed, and the notes mention no signature", async () => {
      await testStore.publish("3.5.30", undefined);
      const tags = await tagsOf(testStore);
      const names = (await Promise.all(tags.map((tag) => assetNames(testStore, tag)))).flat();
      expect(names.length).toBeGreaterThan(5);
      expect(names.filter((name) => name.endsWith(".gpg"))).toEqual([]);
      expect(await testStore.notes(await latestTag(testStore))).not.toContain("signature");
    });

    test("a run is refused if hosts already expect signatures", async () => {
      await requireSigner(testStore.store, undefined);
      await testStore.publish("3.5.30", undefined);
      await requireSigner(testStore.store, undefined);
      await testStore.publish("3.5.31", testStore.trustedKey.signer);
      await expect(requireSigner(testStore.store, undefined)).rejects.toMatchObject({ code: "key-missing" });
      await requireSigner(testStore.store, testStore.trustedKey.signer);
      await testStore.publish("3.5.32", undefined);
      await requireSigner(testStore.store, undefined);
    });

    test("a run is also refused if somebody made another release the latest", async () => {
      await testStore.publish("3.5.30", testStore.trustedKey.signer);
      const releases = await testStore.store.list();
      const foreign = releases.find(({ tag }) => tag === "etcd-v3.5.30");
      if (!foreign) throw new Error("no release");
      await testStore.damage(foreign.tag, "SHA256SUMS.gpg", undefined);
      await testStore.store.makeLatest(foreign);
      await expect(requireSigner(testStore.store, undefined)).rejects.toMatchObject({
        code: "key-missing",
        next: expect.stringMatching(/remove updates-1$/),
      });
    });
  });
});
