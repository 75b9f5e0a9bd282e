import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { requireSigner } from "@sysext-kiln/publisher";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openGpg, type Gpg } from "./gpg.ts";
import { assetNames, latestTag, tagsOf } from "./place.ts";
import { signedPlaces, type SignedPlace } from "./signed-place.ts";

let gpg: Gpg;
beforeAll(async () => {
  gpg = await openGpg();
});
afterAll(() => gpg[Symbol.asyncDispose]());

describe.each(signedPlaces)("in %s", (_, open) => {
  let at: SignedPlace;
  let now: Date;
  beforeEach(async () => {
    at = await open();
    now = new Date();
  });
  afterEach(() => at[Symbol.asyncDispose]());

  /** That the update directory's signature is one that gpgv accepts by our key. */
  async function expectOurs(): Promise<void> {
    const [signature, manifest] = [
      await at.download("latest", "SHA256SUMS.gpg"),
      await at.download("latest", "SHA256SUMS"),
    ];
    expect(await gpg.verifies(at.ours.path, signature, manifest)).toBe(true);
  }

  describe("with a key", () => {
    test("the release and the update directory have signatures that gpgv accepts by the published keyring", async () => {
      await at.publish("3.5.30", at.ours.signer);
      for (const place of ["latest", "permanent"] as const) {
        const [manifest, signature, keyring] = await Promise.all([
          at.download(place, "SHA256SUMS"),
          at.download(place, "SHA256SUMS.gpg"),
          at.download(place, "import-pubring.gpg"),
        ]);
        expect(await gpg.verifies(keyring, signature, manifest)).toBe(true);
        expect(await gpg.verifies(at.strangers.path, signature, manifest)).toBe(false);
        expect((await readFile(signature, "latin1")).startsWith("-----BEGIN")).toBe(false);
        expect((await readFile(keyring)).equals(await readFile(at.ours.path))).toBe(true);
      }
      const files = await at.verifyWith(at.ours.path);
      expect(files.find(({ folder: where }) => where.endsWith("latest/download"))?.signedBy).toBe(
        at.ours.signer.fingerprint,
      );
    });

    test("an unchanged directory is not published again", async () => {
      await at.publish("3.5.30", at.ours.signer);
      expect(await at.update({ signer: at.ours.signer })).toBe(false);
      expect(await at.updates()).toEqual(["updates-1"]);
    });

    test("a directory without a signature is published again with one, and so is one by another key", async () => {
      await at.publish("3.5.30", undefined);
      expect(await at.update({ signer: at.strangers.signer })).toBe(true);
      expect(await at.update({ signer: at.ours.signer })).toBe(true);
      expect(await at.update({ signer: at.ours.signer })).toBe(false);
      expect(await at.updates()).toEqual(["updates-1", "updates-2", "updates-3"]);
      await expectOurs();
    });

    test.each([
      ["signature is gone", () => at.damage("latest", "SHA256SUMS.gpg", undefined)],
      ["keyring is gone", () => at.damage("latest", "import-pubring.gpg", undefined)],
      ["signature was cut short", () => at.damage("latest", "SHA256SUMS.gpg", "x")],
      [
        "notes lost the line about its signature",
        () => at.place.editNotes("updates-1", () => "edited in a browser\r\n"),
      ],
      [
        "notes tell of a signature of something else",
        async () => {
          const other = Buffer.from(await at.ours.signer.sign("another manifest", now)).toString("base64");
          await at.place.editNotes("updates-1", (notes) =>
            notes.replace(/"signature":"[^"]+"/, `"signature":"${other}"`),
          );
        },
      ],
    ])("a directory is published again whose %s", async (__, damage) => {
      await at.publish("3.5.30", at.ours.signer);
      await damage();
      expect(await at.update({ signer: at.ours.signer })).toBe(true);
      expect(await at.update({ signer: at.ours.signer })).toBe(false);
      await expectOurs();
    });

    test("a draft is finished in which a killed run left another signature", async () => {
      const dead = at.place.another();
      const draft = await dead.draft("etcd-v3.5.30", "");
      const stale = join(at.place.folder, "stale");
      await writeFile(stale, await at.strangers.signer.sign("something else", now));
      await dead.upload(draft, "SHA256SUMS.gpg", stale);
      await at.publish("3.5.30", at.ours.signer);
      expect((await at.verifyWith(at.ours.path)).map(({ signedBy }) => signedBy)).toContain(
        at.ours.signer.fingerprint,
      );
    });
  });

  describe("without a key", () => {
    test("nothing is signed, and nothing says so", async () => {
      await at.publish("3.5.30", undefined);
      const tags = await tagsOf(at.place);
      const names = (await Promise.all(tags.map((tag) => assetNames(at.place, tag)))).flat();
      expect(names.length).toBeGreaterThan(5);
      expect(names.filter((name) => name.endsWith(".gpg"))).toEqual([]);
      expect(await at.place.notes(await latestTag(at.place))).not.toContain("signature");
    });

    test("a run is refused where hosts are used to signatures", async () => {
      await requireSigner(at.place.store, undefined);
      await at.publish("3.5.30", undefined);
      await requireSigner(at.place.store, undefined);
      await at.publish("3.5.31", at.ours.signer);
      await expect(requireSigner(at.place.store, undefined)).rejects.toMatchObject({ code: "key-missing" });
      await requireSigner(at.place.store, at.ours.signer);
    });
  });
});
