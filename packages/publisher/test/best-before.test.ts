import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { definitionOf } from "./images.ts";
import { publishVersions } from "./publish-versions.ts";
import { downloadedRelease } from "./published.ts";
import { signedStoreKinds, type SignedTestStore } from "./signed-test-store.ts";

const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

describe.each(signedStoreKinds)("in %s", (_, open) => {
  let storeUnderTest: SignedTestStore;
  let now: Date;
  const later = (days: number) => new Date(now.getTime() + days * 24 * 60 * 60 * 1000);
  beforeEach(async () => {
    storeUnderTest = await open();
    now = new Date();
  });
  afterEach(() => storeUnderTest[Symbol.asyncDispose]());

  describe("a best-before date", () => {
    const options = { bestBeforeDays: 9 };

    test("is a manifest entry without a file", async () => {
      await storeUnderTest.publish("3.5.30", storeUnderTest.trustedKey.signer);
      await storeUnderTest.update({ ...options, signer: storeUnderTest.trustedKey.signer, now });
      const name = `BEST-BEFORE-${later(9).toISOString().slice(0, 10)}`;
      const manifest = await storeUnderTest.read("latest", "SHA256SUMS");
      expect(manifest).toContain(
        `e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  ${name}\n`,
      );
      expect(
        (await storeUnderTest.verifyWith(storeUnderTest.trustedKey.path)).map((file) => file.name),
      ).not.toContain(name);
      execFileSync("sha256sum", ["--check", "--strict", "--quiet", "--ignore-missing", "SHA256SUMS"], {
        cwd: await downloadedRelease(storeUnderTest, "updates-1"),
      });
    });

    test("is extended when less than a third of the days is left, and the new one is signed", async () => {
      await storeUnderTest.publish("3.5.30", storeUnderTest.trustedKey.signer);
      const signed = { ...options, signer: storeUnderTest.trustedKey.signer };
      expect(await storeUnderTest.update({ ...signed, now })).toBe(true);
      expect(await storeUnderTest.update({ ...signed, now: later(4.5) })).toBe(false);
      expect(await storeUnderTest.update({ ...signed, now: later(7) })).toBe(true);
      expect(await storeUnderTest.update({ ...signed, now: later(7) })).toBe(false);
      expect(await storeUnderTest.updates()).toEqual(["updates-1", "updates-2", "updates-3"]);
      await storeUnderTest.verifyWith(storeUnderTest.trustedKey.path, later(14));
    });

    test("makes hosts refuse the manifest of a permanent release, which has no such date, whichever key signed it", async () => {
      const signed = { ...options, signer: storeUnderTest.trustedKey.signer, now };
      await publishVersions(
        storeUnderTest.store,
        definitionOf("etcd"),
        storeUnderTest.folder,
        ["3.5.30", "3.5.31"],
        signed,
      );
      const manifest = await storeUnderTest.read("permanent", "SHA256SUMS");
      expect(manifest).toMatch(/^# .*\n[0-9a-f]{64} {2}/);
      expect(await storeUnderTest.read("latest", "SHA256SUMS")).not.toContain("#");
      const folder = await downloadedRelease(storeUnderTest, "etcd-v3.5.30");
      execFileSync("sha256sum", ["--check", "--strict", "--quiet", "SHA256SUMS"], { cwd: folder });
      expect(
        (await storeUnderTest.verifyWith(storeUnderTest.trustedKey.path)).map((file) => file.name),
      ).toContain("etcd-3.5.30-arm64.raw");

      const signature = await readFile(join(folder, "SHA256SUMS.gpg"));
      await storeUnderTest.damageIn("latest", "SHA256SUMS", manifest);
      await storeUnderTest.damageIn("latest", "SHA256SUMS.gpg", signature);
      await expect(storeUnderTest.verifyWith(storeUnderTest.trustedKey.path)).rejects.toMatchObject({
        code: "manifest-invalid",
      });
    });

    test("that has passed fails verification, and is removed when dates are no longer configured", async () => {
      await storeUnderTest.publish("3.5.30", undefined);
      await storeUnderTest.update({ ...options, now });
      await storeUnderTest.verifyWith(undefined, later(7.9));
      await expect(storeUnderTest.verifyWith(undefined, later(9.1))).rejects.toMatchObject({
        code: "manifest-expired",
      });
      expect(await storeUnderTest.update({ now: later(9.1) })).toBe(true);
      expect(await storeUnderTest.read("latest", "SHA256SUMS")).not.toContain("BEST-BEFORE");
      await storeUnderTest.verifyWith(undefined, later(9.1));
    });
  });

  test("an index expires without a setting too, and is published again when a third of that time is left", async () => {
    await storeUnderTest.publish("3.5.30", undefined);
    const expires = async (number: number) => {
      const text = await storeUnderTest.read("latest", `kiln-index-${number}.txt`);
      return Number(/^expires (\d+)$/m.exec(text)?.[1]);
    };
    expect(Math.abs((await expires(1)) - seconds(later(90)))).toBeLessThan(3600);
    expect(await storeUnderTest.read("latest", "SHA256SUMS")).not.toContain("BEST-BEFORE");
    expect(await storeUnderTest.update({ now: later(59) })).toBe(false);
    expect(await storeUnderTest.update({ now: later(61) })).toBe(true);
    expect(await expires(2)).toBe(seconds(later(61 + 90)));
  });
});
