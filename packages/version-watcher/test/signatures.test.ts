import { hash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSigner, type Signer } from "@sysext-kiln/testbed";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openWatched, type Watched } from "./upstream.ts";

const cache = await mkdtemp(join(tmpdir(), "kiln-signatures-"));
process.env["KILN_CACHE_DIR"] = cache;
afterAll(() => rm(cache, { recursive: true }));

let upstream: Signer;
let stranger: Signer;
let watched: Watched;
beforeAll(async () => {
  [upstream, stranger] = await Promise.all([openSigner("upstream"), openSigner("stranger")]);
});
afterAll(() => Promise.all([upstream, stranger].map((one) => one[Symbol.asyncDispose]())));
afterEach(() => watched[Symbol.asyncDispose]());

const names = ["hello-v1.0.0-linux-amd64.tar.gz", "hello-v1.0.0-linux-aarch64.tar.gz"];
const list = names.map((name) => `${hash("sha256", `the archive ${name}`)}  ${name}\n`).join("");

/** Opens hello with upstream's public key, and a release with these assets. */
async function open(
  keys: object,
  assets: Record<string, string | Buffer | undefined>,
  publicKey = upstream.exportKey({ armor: true }),
): Promise<void> {
  const signature = { file: "{file}.sig", keys: ["keys/upstream.asc"] };
  watched = await openWatched("releases", {}, { signature, ...keys });
  await mkdir(join(watched.extension.folder, "keys"));
  await writeFile(join(watched.extension.folder, "keys/upstream.asc"), publicKey);
  watched.release("v1.0.0", { assets });
}

describe("a list that upstream has signed is used", () => {
  test.each([
    ["armored", true],
    ["binary", false],
  ])("if the key and the signature are %s, and the record names the key", async (_, armor) => {
    const signature = upstream.sign(list, { armor });
    await open({}, { SHA256SUMS: list, "SHA256SUMS.sig": signature }, upstream.exportKey({ armor }));
    const [order] = await watched.watch();
    expect(order?.inputs[0]?.origin).toMatchObject({
      checksums: "SHA256SUMS",
      signature: { file: "SHA256SUMS.sig", key: upstream.fingerprint },
    });
  });

  test("if its key is one of several in a file", async () => {
    const both = Buffer.concat([stranger, upstream].map((one) => one.exportKey({ armor: true })));
    await open({}, { SHA256SUMS: list, "SHA256SUMS.sig": upstream.sign(list) }, both);
    expect(await watched.watch()).toHaveLength(2);
  });
});

test("files that upstream has signed need no list", async () => {
  const signatures = names.map((name) => [`${name}.sig`, upstream.sign(`the archive ${name}`)]);
  await open({ checksums: "signature" }, { SHA256SUMS: undefined, ...Object.fromEntries(signatures) });
  const orders = await watched.watch();
  expect(orders.map(({ inputs }) => inputs[0])).toMatchObject(
    names.map((name) => ({
      sha256: hash("sha256", `the archive ${name}`),
      origin: { vouchedBy: "signature", signature: { file: `${name}.sig`, key: upstream.fingerprint } },
    })),
  );
});

describe("the watch fails, and names the key, for", () => {
  const expected = expect.stringMatching(
    /SHA256SUMS\.sig to be a signature of .*SHA256SUMS by a key in keys\/upstream\.asc$/,
  );

  test("a list without its signature", async () => {
    await open({}, { SHA256SUMS: list });
    await expect(watched.watch()).rejects.toMatchObject({
      ...{ code: "signature-invalid", expected, found: "no such file" },
    });
  });

  test("a list that was changed after it was signed", async () => {
    await open({}, { SHA256SUMS: list, "SHA256SUMS.sig": upstream.sign(`${list}\n`) });
    const found = `an invalid signature by key ${upstream.fingerprint.slice(-16)}: what it signs has been changed`;
    await expect(watched.watch()).rejects.toMatchObject({ code: "signature-invalid", expected, found });
  });

  test("a list that somebody else has signed", async () => {
    await open({}, { SHA256SUMS: list, "SHA256SUMS.sig": stranger.sign(list) });
    await expect(watched.watch()).rejects.toMatchObject({
      ...{ code: "signature-invalid", expected },
      found: `a signature by key ${stranger.fingerprint.slice(-16)}`,
    });
  });

  test("a list that upstream and somebody else have signed", async () => {
    const both = Buffer.concat([upstream.sign(list), stranger.sign(list)]);
    await open({}, { SHA256SUMS: list, "SHA256SUMS.sig": both });
    await expect(watched.watch()).rejects.toMatchObject({ code: "signature-invalid" });
  });

  test("a list whose signature has expired", async () => {
    await open({}, { SHA256SUMS: list, "SHA256SUMS.sig": upstream.sign(list, { hasExpired: true }) });
    await expect(watched.watch()).rejects.toMatchObject({
      ...{ code: "signature-invalid", expected },
      found: `a signature by key ${upstream.fingerprint.slice(-16)} that has expired`,
    });
  });

  test("an HTML page in place of a signature", async () => {
    await open({}, { SHA256SUMS: list, "SHA256SUMS.sig": "<!doctype html>" });
    await expect(watched.watch()).rejects.toMatchObject({ code: "signature-invalid", expected });
  });

  test("a file that upstream has signed, and that was replaced", async () => {
    const signatures = Object.fromEntries(names.map((name) => [`${name}.sig`, upstream.sign("other bytes")]));
    await open({ checksums: "signature" }, { SHA256SUMS: undefined, ...signatures });
    await expect(watched.watch()).rejects.toMatchObject({ code: "signature-invalid" });
  });
});

describe("the key is an error", () => {
  test.each([
    ["if it is missing", undefined],
    [
      "if it is no armored public key",
      "-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n",
    ],
  ])("%s", async (_, key) => {
    await open({}, { SHA256SUMS: list, "SHA256SUMS.sig": upstream.sign(list) }, Buffer.from(key ?? ""));
    if (key === undefined) await rm(join(watched.extension.folder, "keys/upstream.asc"));
    await expect(watched.watch()).rejects.toMatchObject({
      code: "key-invalid",
      expected: "an OpenPGP public key in keys/upstream.asc of the extension's folder",
    });
  });
});
