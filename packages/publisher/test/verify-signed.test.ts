import { hash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openKeyring, publicKeyring, releaseImages, unsignedReleases } from "@sysext-kiln/publisher";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { definitionOf } from "./images.ts";
import { openGpg } from "./gpg.ts";
import { signedStoreKinds, type SignedTestStore } from "./signed-test-store.ts";

describe.each(signedStoreKinds)("in %s", (_, open) => {
  let storeUnderTest: SignedTestStore;
  let now: Date;
  beforeEach(async () => {
    storeUnderTest = await open();
    now = new Date();
    await storeUnderTest.publish("3.5.30", storeUnderTest.trustedKey.signer);
  });
  afterEach(() => storeUnderTest[Symbol.asyncDispose]());

  describe("verification with a key finds", () => {
    test.each([
      ["an additional line in the update directory's manifest", "latest"],
      ["an additional line in a permanent release's manifest", "permanent"],
    ] as const)("%s", async (__, folder) => {
      const manifest = await storeUnderTest.read(folder, "SHA256SUMS");
      await storeUnderTest.damageIn(folder, "SHA256SUMS", `${manifest}${"0".repeat(64)}  x.raw\n`);
      await expect(storeUnderTest.verifyWith(storeUnderTest.trustedKey.path)).rejects.toMatchObject({
        code: "signature-invalid",
      });
    });

    test("a missing signature of the update directory", async () => {
      await storeUnderTest.damageIn("latest", "SHA256SUMS.gpg", undefined);
      await expect(storeUnderTest.verifyWith(storeUnderTest.trustedKey.path)).rejects.toMatchObject({
        code: "signature-invalid",
        found: "none",
      });
      await storeUnderTest.verifyWith(undefined);
    });

    test("permanent releases without a signature, which may be older than the key and are no error", async () => {
      await storeUnderTest.publish("3.5.31", undefined);
      await storeUnderTest.adopt(storeUnderTest.trustedKey.signer);
      const files = await storeUnderTest.verifyWith(storeUnderTest.trustedKey.path);
      expect(unsignedReleases(files)).toEqual(["etcd-v3.5.31"]);
      expect(files.filter(({ folder }) => folder.endsWith("latest/download"))).not.toContainEqual(
        expect.objectContaining({ signedBy: undefined }),
      );
    });

    test("an unsigned release whose bytes differ from those in the signed update directory", async () => {
      const image = "etcd-3.5.30-arm64.raw";
      const manifest = await storeUnderTest.read("permanent", "SHA256SUMS");
      await storeUnderTest.damageIn("permanent", "SHA256SUMS.gpg", undefined);
      await storeUnderTest.damageIn("permanent", image, "hsqs of somebody else");
      await storeUnderTest.damageIn(
        "permanent",
        "SHA256SUMS",
        manifest.replace(new RegExp(`.{64}(?=  ${image})`), hash("sha256", "hsqs of somebody else")),
      );
      await expect(storeUnderTest.verifyWith(storeUnderTest.trustedKey.path)).rejects.toMatchObject({
        code: "digest-mismatch",
        expected: expect.stringContaining(`etcd-v3.5.30/${image} `),
      });
    });

    test("an armored signature, which hosts do not accept", async () => {
      await storeUnderTest.damageIn(
        "latest",
        "SHA256SUMS.gpg",
        "-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n",
      );
      await expect(storeUnderTest.verifyWith(storeUnderTest.trustedKey.path)).rejects.toMatchObject({
        found: "not a binary OpenPGP signature",
      });
    });

    test("a signature by a foreign key, whichever keyring is published with it", async () => {
      const signature = await storeUnderTest.foreignKey.signer.sign(
        await storeUnderTest.read("latest", "SHA256SUMS"),
        now,
      );
      await storeUnderTest.damageIn("latest", "SHA256SUMS.gpg", signature);
      await storeUnderTest.damageIn("latest", "import-pubring.gpg", storeUnderTest.foreignKey.signer.keyring);
      await expect(storeUnderTest.verifyWith(storeUnderTest.trustedKey.path)).rejects.toMatchObject({
        code: "signature-invalid",
      });
    });

    test("no problem in releases signed by two keys when both are trusted, in armored or binary form", async () => {
      const { trustedKey, foreignKey } = storeUnderTest;
      const keys = [foreignKey, trustedKey].map(({ signer }) => signer.fingerprint);
      await storeUnderTest.publish("3.5.31", foreignKey.signer, keys);
      await expect(storeUnderTest.verifyWith(storeUnderTest.foreignKey.path)).rejects.toMatchObject({
        code: "signature-invalid",
      });
      const both = join(storeUnderTest.folder, "both.gpg");
      await writeFile(
        both,
        await publicKeyring([storeUnderTest.trustedKey.path, storeUnderTest.foreignKey.path]),
      );
      expect(await storeUnderTest.verifyWith(both)).not.toEqual([]);
      const armored = join(storeUnderTest.folder, "both.asc");
      await using gpg = await openGpg();
      await gpg.run("--import", both);
      await writeFile(armored, await gpg.run("--armor", "--export", "trusted", "foreign"));
      expect(await storeUnderTest.verifyWith(armored)).not.toEqual([]);
    });
  });

  test("images of a release that is older than the key are taken from the signed update directory", async () => {
    const etcd = definitionOf("etcd");
    const keyring = await openKeyring(storeUnderTest.trustedKey.path);
    const version = { upstream: "3.5.30", revision: 1 };
    await storeUnderTest.damageIn("permanent", "SHA256SUMS.gpg", undefined);
    const names = (await releaseImages(storeUnderTest.source, etcd, version, keyring)).map(
      ({ name }) => name,
    );
    expect(names.toSorted()).toEqual(["etcd-3.5.30-arm64.raw", "etcd-3.5.30-x86-64.raw"]);
    await storeUnderTest.damageIn("latest", "SHA256SUMS.gpg", undefined);
    await expect(releaseImages(storeUnderTest.source, etcd, version, keyring)).rejects.toMatchObject({
      code: "signature-invalid",
    });
  });
});
