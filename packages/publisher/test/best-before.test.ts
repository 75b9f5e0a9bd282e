import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { downloadedRelease } from "./place.ts";
import { signedPlaces, type SignedPlace } from "./signed-place.ts";

describe.each(signedPlaces)("in %s", (_, open) => {
  let at: SignedPlace;
  let now: Date;
  const later = (days: number) => new Date(now.getTime() + days * 24 * 60 * 60 * 1000);
  beforeEach(async () => {
    at = await open();
    now = new Date();
  });
  afterEach(() => at[Symbol.asyncDispose]());

  describe("a best-before date", () => {
    const options = { bestBeforeDays: 9 };

    test("is an entry that no file belongs to", async () => {
      await at.publish("3.5.30", at.ours.signer);
      await at.update({ ...options, signer: at.ours.signer, now });
      const name = `BEST-BEFORE-${later(9).toISOString().slice(0, 10)}`;
      const manifest = await at.read("latest", "SHA256SUMS");
      expect(manifest).toContain(
        `e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  ${name}\n`,
      );
      expect((await at.verifyWith(at.ours.path)).map((file) => file.name)).not.toContain(name);
      execFileSync("sha256sum", ["--check", "--strict", "--quiet", "--ignore-missing", "SHA256SUMS"], {
        cwd: await downloadedRelease(at.place, "updates-1"),
      });
    });

    test("is put off when less than a third of the days is left, with a signature over the new one", async () => {
      await at.publish("3.5.30", at.ours.signer);
      const signed = { ...options, signer: at.ours.signer };
      expect(await at.update({ ...signed, now })).toBe(true);
      expect(await at.update({ ...signed, now: later(4.5) })).toBe(false);
      expect(await at.update({ ...signed, now: later(7) })).toBe(true);
      expect(await at.update({ ...signed, now: later(7) })).toBe(false);
      expect(await at.updates()).toEqual(["updates-1", "updates-2", "updates-3"]);
      await at.verifyWith(at.ours.path, later(14));
    });

    test("that has passed fails verification, and goes when no more are wanted", async () => {
      await at.publish("3.5.30", undefined);
      await at.update({ ...options, now });
      await at.verifyWith(undefined, later(7.9));
      await expect(at.verifyWith(undefined, later(9.1))).rejects.toMatchObject({ code: "manifest-expired" });
      expect(await at.update({ now: later(9.1) })).toBe(true);
      expect(await at.read("latest", "SHA256SUMS")).not.toContain("BEST-BEFORE");
      await at.verifyWith(undefined, later(9.1));
    });
  });
});
