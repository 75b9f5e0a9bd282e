import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { publicKeyring } from "@sysext-kiln/publisher";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
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

    test.each([
      ["the update directory", "latest"],
      ["a permanent release", "permanent"],
    ] as const)("that the signature of %s is missing", async (__, folder) => {
      await testStore.damageIn(folder, "SHA256SUMS.gpg", undefined);
      await expect(testStore.verifyWith(testStore.trustedKey.path)).rejects.toMatchObject({
        code: "signature-invalid",
        found: "none",
      });
      await testStore.verifyWith(undefined);
    });

    test("a signature that is armored, which is not what hosts were tried with", async () => {
      await testStore.damageIn(
        "latest",
        "SHA256SUMS.gpg",
        "-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n",
      );
      await expect(testStore.verifyWith(testStore.trustedKey.path)).rejects.toMatchObject({
        found: "no binary OpenPGP signature",
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
});
