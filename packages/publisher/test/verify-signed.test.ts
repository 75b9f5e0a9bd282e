import { hash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openKeyring, publicKeyring, releaseImages, unsignedReleases } from "@sysext-kiln/publisher";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { definitionOf } from "./images.ts";
import { openGpg } from "./gpg.ts";
import { signedStoreKinds, type SignedTestStore } from "./signed-test-store.ts";

describe.each(signedStoreKinds)("in %s", (_, open) => {
  let testStore: SignedTestStore;
  let now: Date;
  beforeEach(async () => {
    testStore = await open();
    now = new Date();
    await testStore.publish("3.5.30", testStore.trustedKey.signer);
  });
  afterEach(() => testStore[Symbol.asyncDispose]());

  describe("verification with a key finds", () => {
    test.each([
      ["an additional line in the update directory's manifest", "latest"],
      ["an additional line in a permanent release's manifest", "permanent"],
    ] as const)("%s", async (__, folder) => {
      const manifest = await testStore.read(folder, "SHA256SUMS");
      await testStore.damageIn(folder, "SHA256SUMS", `${manifest}${"0".repeat(64)}  x.raw\n`);
      await expect(testStore.verifyWith(testStore.trustedKey.path)).rejects.toMatchObject({
        code: "signature-invalid",
      });
    });

    test("a missing signature of the update directory", async () => {
      await testStore.damageIn("latest", "SHA256SUMS.gpg", undefined);
      await expect(testStore.verifyWith(testStore.trustedKey.path)).rejects.toMatchObject({
        code: "signature-invalid",
        found: "none",
      });
      await testStore.verifyWith(undefined);
    });

    test("permanent releases without a signature, which is not an error, as they may be older than the key", async () => {
      await testStore.publish("3.5.31", undefined);
      await testStore.update({ signer: testStore.trustedKey.signer });
      const files = await testStore.verifyWith(testStore.trustedKey.path);
      expect(unsignedReleases(files)).toEqual(["etcd-v3.5.31"]);
      expect(files.filter(({ folder }) => folder.endsWith("latest/download"))).not.toContainEqual(
        expect.objectContaining({ signedBy: undefined }),
      );
    });

    test("an unsigned release with other bytes than the signed update directory", async () => {
      const image = "etcd-3.5.30-arm64.raw";
      const manifest = await testStore.read("permanent", "SHA256SUMS");
      await testStore.damageIn("permanent", "SHA256SUMS.gpg", undefined);
      await testStore.damageIn("permanent", image, "hsqs of somebody else");
      await testStore.damageIn(
        "permanent",
        "SHA256SUMS",
        manifest.replace(new RegExp(`.{64}(?=  ${image})`), hash("sha256", "hsqs of somebody else")),
      );
      await expect(testStore.verifyWith(testStore.trustedKey.path)).rejects.toMatchObject({
        code: "digest-mismatch",
        expected: expect.stringContaining(`etcd-v3.5.30/${image} `),
      });
    });

    test("an armored signature, which was never tested on hosts", async () => {
      await testStore.damageIn(
        "latest",
        "SHA256SUMS.gpg",
        "-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n",
      );
      await expect(testStore.verifyWith(testStore.trustedKey.path)).rejects.toMatchObject({
        found: "not a binary OpenPGP signature",
      });
    });

    test("a signature by a foreign key, whichever keyring is published with it", async () => {
      const signature = await testStore.foreignKey.signer.sign(
        await testStore.read("latest", "SHA256SUMS"),
        now,
      );
      await testStore.damageIn("latest", "SHA256SUMS.gpg", signature);
      await testStore.damageIn("latest", "import-pubring.gpg", testStore.foreignKey.signer.keyring);
      await expect(testStore.verifyWith(testStore.trustedKey.path)).rejects.toMatchObject({
        code: "signature-invalid",
      });
    });

    test("no problem in releases signed by two keys when both are trusted, in armored or binary form", async () => {
      await testStore.publish("3.5.31", testStore.foreignKey.signer);
      await expect(testStore.verifyWith(testStore.foreignKey.path)).rejects.toMatchObject({
        code: "signature-invalid",
      });
      const both = join(testStore.folder, "both.gpg");
      await writeFile(both, await publicKeyring([testStore.trustedKey.path, testStore.foreignKey.path]));
      expect(await testStore.verifyWith(both)).not.toEqual([]);
      const armored = join(testStore.folder, "both.asc");
      await using gpg = await openGpg();
      await gpg.run("--import", both);
      await writeFile(armored, await gpg.run("--armor", "--export", "trusted", "foreign"));
      expect(await testStore.verifyWith(armored)).not.toEqual([]);
    });
  });

  test("images of a release that is older than the key are taken from the signed update directory", async () => {
    const etcd = definitionOf("etcd");
    const keyring = await openKeyring(testStore.trustedKey.path);
    const version = { upstream: "3.5.30", revision: 1 };
    await testStore.damageIn("permanent", "SHA256SUMS.gpg", undefined);
    const names = (await releaseImages(testStore.source, etcd, version, keyring)).map(({ name }) => name);
    expect(names.toSorted()).toEqual(["etcd-3.5.30-arm64.raw", "etcd-3.5.30-x86-64.raw"]);
    await testStore.damageIn("latest", "SHA256SUMS.gpg", undefined);
    await expect(releaseImages(testStore.source, etcd, version, keyring)).rejects.toMatchObject({
      code: "signature-invalid",
    });
  });
});
