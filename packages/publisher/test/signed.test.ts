import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { requireSigner } from "@sysext-kiln/publisher";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openGpg, type Gpg } from "./gpg.ts";
import { openSignedHost, type SignedHost } from "./signed-host.ts";

let gpg: Gpg;
beforeAll(async () => {
  gpg = await openGpg();
});
afterAll(() => gpg[Symbol.asyncDispose]());

let at: SignedHost;
let now: Date;
beforeEach(async () => {
  at = await openSignedHost();
  now = new Date();
});
afterEach(() => at[Symbol.asyncDispose]());

describe("with a key", () => {
  test("the release and the update directory have signatures that gpgv accepts by the published keyring", async () => {
    await at.publish("3.5.30", at.ours.signer);
    for (const place of ["latest", "permanent"] as const) {
      const [manifest, signature] = [at[place]("SHA256SUMS"), at[place]("SHA256SUMS.gpg")];
      const keyring = at[place]("import-pubring.gpg");
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
    expect(await gpg.verifies(at.ours.path, at.latest("SHA256SUMS.gpg"), at.latest("SHA256SUMS"))).toBe(true);
  });

  test.each([
    ["signature is gone", () => rm(at.latest("SHA256SUMS.gpg"))],
    ["keyring is gone", () => rm(at.latest("import-pubring.gpg"))],
    ["signature was cut short", () => writeFile(at.latest("SHA256SUMS.gpg"), "")],
    [
      "notes lost the line about its signature",
      () => writeFile(at.latest(".notes.md"), "edited in a browser\r\n"),
    ],
    [
      "notes tell of a signature of something else",
      async () => {
        const notes = await readFile(at.latest(".notes.md"), "utf8");
        const other = Buffer.from(await at.ours.signer.sign("another manifest", now)).toString("base64");
        await writeFile(
          at.latest(".notes.md"),
          notes.replace(/"signature":"[^"]+"/, `"signature":"${other}"`),
        );
      },
    ],
  ])("a directory is published again whose %s", async (_, damage) => {
    await at.publish("3.5.30", at.ours.signer);
    await damage();
    expect(await at.update({ signer: at.ours.signer })).toBe(true);
    expect(await at.update({ signer: at.ours.signer })).toBe(false);
    expect(await gpg.verifies(at.ours.path, at.latest("SHA256SUMS.gpg"), at.latest("SHA256SUMS"))).toBe(true);
  });

  test("a draft is finished in which a killed run left another signature", async () => {
    const draft = await at.host.draft("etcd-v3.5.30", "");
    const stale = join(at.folder, "stale");
    await writeFile(stale, await at.strangers.signer.sign("something else", now));
    await at.host.upload(draft, "SHA256SUMS.gpg", stale);
    await at.publish("3.5.30", at.ours.signer);
    expect((await at.verifyWith(at.ours.path)).map(({ signedBy }) => signedBy)).toContain(
      at.ours.signer.fingerprint,
    );
  });
});

describe("without a key", () => {
  test("nothing is signed, and nothing says so", async () => {
    await at.publish("3.5.30", undefined);
    const names = await readdir(at.root, { recursive: true });
    expect(names.filter((name) => name.endsWith(".gpg"))).toEqual([]);
    expect(await readFile(at.latest(".notes.md"), "utf8")).not.toContain("signature");
  });

  test("a run is refused where hosts are used to signatures", async () => {
    await requireSigner(at.host, undefined);
    await at.publish("3.5.30", undefined);
    await requireSigner(at.host, undefined);
    await at.publish("3.5.31", at.ours.signer);
    await expect(requireSigner(at.host, undefined)).rejects.toMatchObject({ code: "key-missing" });
    await requireSigner(at.host, at.ours.signer);
  });
});
