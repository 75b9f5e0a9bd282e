import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { publicKeyring } from "@sysext-kiln/publisher";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openGpg } from "./gpg.ts";
import { signedPlaces, type SignedPlace } from "./signed-place.ts";

describe.each(signedPlaces)("in %s", (_, open) => {
  let at: SignedPlace;
  let now: Date;
  beforeEach(async () => {
    at = await open();
    now = new Date();
    await at.publish("3.5.30", at.ours.signer);
  });
  afterEach(() => at[Symbol.asyncDispose]());

  describe("verification with a key finds", () => {
    test.each([
      ["a line more in the update directory's manifest", "latest"],
      ["a line more in a permanent release's manifest", "permanent"],
    ] as const)("%s", async (__, place) => {
      const manifest = await at.read(place, "SHA256SUMS");
      await at.damage(place, "SHA256SUMS", `${manifest}${"0".repeat(64)}  x.raw\n`);
      await expect(at.verifyWith(at.ours.path)).rejects.toMatchObject({ code: "signature-invalid" });
    });

    test.each([
      ["the update directory", "latest"],
      ["a permanent release", "permanent"],
    ] as const)("that the signature of %s is missing", async (__, place) => {
      await at.damage(place, "SHA256SUMS.gpg", undefined);
      await expect(at.verifyWith(at.ours.path)).rejects.toMatchObject({
        code: "signature-invalid",
        found: "none",
      });
      await at.verifyWith(undefined);
    });

    test("a signature that is armored, which is not what hosts were tried with", async () => {
      await at.damage(
        "latest",
        "SHA256SUMS.gpg",
        "-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n",
      );
      await expect(at.verifyWith(at.ours.path)).rejects.toMatchObject({
        found: "no binary OpenPGP signature",
      });
    });

    test("a stranger's signature, whatever keyring is published beside it", async () => {
      const signature = await at.strangers.signer.sign(await at.read("latest", "SHA256SUMS"), now);
      await at.damage("latest", "SHA256SUMS.gpg", signature);
      await at.damage("latest", "import-pubring.gpg", at.strangers.signer.keyring);
      await expect(at.verifyWith(at.ours.path)).rejects.toMatchObject({ code: "signature-invalid" });
    });

    test("nothing in releases by two keys when both are trusted, whether armored or binary", async () => {
      await at.publish("3.5.31", at.strangers.signer);
      await expect(at.verifyWith(at.strangers.path)).rejects.toMatchObject({ code: "signature-invalid" });
      const both = join(at.place.folder, "both.gpg");
      await writeFile(both, await publicKeyring([at.ours.path, at.strangers.path]));
      expect(await at.verifyWith(both)).not.toEqual([]);
      const armored = join(at.place.folder, "both.asc");
      await using gpg = await openGpg();
      await gpg.run("--import", both);
      await writeFile(armored, await gpg.run("--armor", "--export", "ours", "strangers"));
      expect(await at.verifyWith(armored)).not.toEqual([]);
    });
  });
});
