import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { configuredSigner, importKey, newKey, publicKeyring } from "@sysext-kiln/publisher";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openGpg, type Gpg, type GpgKeyOptions } from "./gpg.ts";

let gpg: Gpg;
beforeAll(async () => {
  gpg = await openGpg();
});
afterAll(() => gpg[Symbol.asyncDispose]());

const passphrase = "correct horse battery staple";

/** gpg's listing of a private key as that of its public half. */
function publicForm(listing: string): string {
  return listing.replace(/^sec#?/m, (word) => "pub".padEnd(word.length));
}

/** Writes a file for the test and returns its path. */
async function file(name: string, bytes: string | Uint8Array): Promise<string> {
  const path = join(gpg.folder, name);
  await writeFile(path, bytes);
  return path;
}

async function sign(signingKey: string, signingPassphrase?: string) {
  const settings = { signingKey, signingKeyFile: undefined, signingPassphrase };
  const signer = await configuredSigner(settings);
  if (!signer) throw new Error("no signer");
  return { signer, signature: await signer.sign("a text\n", new Date()) };
}

/** Whether gpgv accepts what a key signs, with the keyring that would be published. */
async function isAcceptedByHosts(key: string, words?: string): Promise<boolean> {
  const { signer, signature } = await sign(key, words);
  const keyring = await file("ring.gpg", signer.keyring);
  return gpg.verifies(keyring, await file("text.gpg", signature), await file("text", "a text\n"));
}

describe("a new key", () => {
  test("is readable only by its owner, and never replaces a file", async () => {
    const path = join(gpg.folder, "mode.asc");
    const { privateKey, keyring } = await newKey(path, { name: "Kiln" });
    expect((await stat(privateKey)).mode & 0o777).toBe(0o600);
    const bytes = await readFile(path);
    for (const other of [path, join(gpg.folder, "second.asc")]) {
      await expect(newKey(other, { name: "Kiln" })).rejects.toMatchObject({ code: "usage" });
    }
    expect((await readFile(path)).equals(bytes)).toBe(true);
    await expect(stat(join(gpg.folder, "second.asc"))).rejects.toThrow("ENOENT");
    expect((await readFile(keyring)).equals(await publicKeyring([path]))).toBe(true);
  });

  test.each([undefined, passphrase])(
    "signs so that gpgv accepts it, with the passphrase %s",
    async (words) => {
      const folder = join(gpg.folder, `new-${words === undefined ? "open" : "locked"}`);
      await mkdir(folder);
      const { privateKey } = await newKey(join(folder, "key.asc"), {
        name: "Ü <u@example.org>",
        passphrase: words,
      });
      expect(await isAcceptedByHosts(await readFile(privateKey, "utf8"), words)).toBe(true);
    },
  );
});

describe("a key that gpg made", () => {
  test.each<[string, GpgKeyOptions]>([
    ["ed25519", {}],
    ["ed25519 with a passphrase", { passphrase }],
    ["RSA", { algorithm: "rsa2048" }],
    ["NIST P-256", { algorithm: "nistp256" }],
    ["one that expires later", { expires: "1y" }],
  ])("signs so that gpgv accepts it: %s", async (name, options) => {
    const key = await gpg.makeKey(`${name} <good@example.org>`, options);
    expect(await isAcceptedByHosts(key, options.passphrase)).toBe(true);
  });

  test("signs with its subkey while its primary key is kept elsewhere", async () => {
    await gpg.makeKey("offline <offline@example.org>");
    const listing = await gpg.run("--with-colons", "--list-keys", "offline@example.org");
    const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(listing)?.[1] ?? "";
    await gpg.run("--passphrase", "", "--quick-add-key", fingerprint, "ed25519", "sign");
    const key = await gpg.run("--armor", "--export-secret-subkeys", fingerprint);
    expect(await isAcceptedByHosts(key)).toBe(true);
  });

  test("is also read in binary form, and with the line endings that a CI secret has", async () => {
    const armored = await gpg.makeKey("forms <forms@example.org>");
    expect(await isAcceptedByHosts(armored.trim().replaceAll("\n", "\r\n"))).toBe(true);
    const binary = join(gpg.folder, "binary.key");
    await gpg.run("--output", binary, "--export-secret-keys", "forms@example.org");
    const keyring = await file("binary.gpg", await publicKeyring([binary]));
    expect(await gpg.run("--show-keys", keyring)).toBe(await gpg.run("--show-keys", binary).then(publicForm));
  });

  test("can be imported repeatedly, but not over another keyring", async () => {
    const folder = join(gpg.folder, "import");
    await mkdir(folder);
    const mine = join(folder, "mine.asc");
    await writeFile(mine, await gpg.makeKey("mine <mine@example.org>", { passphrase }));
    const first = await importKey(mine, passphrase);
    expect(await importKey(mine, passphrase)).toEqual(first);
    const other = join(folder, "other.asc");
    await writeFile(other, await gpg.makeKey("other <other@example.org>"));
    await expect(importKey(other, undefined)).rejects.toMatchObject({ code: "usage" });
  });
});

test("the keyring of two keys accepts the signatures of both", async () => {
  const keys = [await gpg.makeKey("old <old@example.org>"), await gpg.makeKey("new <new@example.org>")];
  const paths = await Promise.all(keys.map((key, index) => file(`rotation-${index}.asc`, key)));
  const both = await file("both.gpg", await publicKeyring(paths));
  const text = await file("rotation", "a text\n");
  for (const key of keys) {
    const { signature } = await sign(key);
    expect(await gpg.verifies(both, await file("rotation.gpg", signature), text)).toBe(true);
  }
});

function configured(settings: { signingKey?: string; signingKeyFile?: string }) {
  return configuredSigner({
    signingKey: undefined,
    signingKeyFile: undefined,
    signingPassphrase: passphrase,
    ...settings,
  });
}

describe("kiln refuses, before any work and without revealing the secret,", () => {
  const refused: Record<string, () => Promise<unknown>> = {
    "a wrong passphrase": async () => sign(await protectedKey(), "wrong horse"),
    "a missing passphrase": async () => sign(await protectedKey()),
    "an expired key": async () => {
      const key = await gpg.makeKey("expired <e@example.org>", { at: "20200101T000000", expires: "1d" });
      return sign(key);
    },
    "an RSA key that is too short": async () =>
      sign(await gpg.makeKey("short <s@example.org>", { algorithm: "rsa1024" })),
    "a key whose private half is elsewhere": async () => {
      await gpg.makeKey("elsewhere <l@example.org>");
      return sign(await gpg.run("--armor", "--export-secret-subkeys", "l@example.org"));
    },
    "a truncated key": async () => sign((await protectedKey()).slice(0, 400), passphrase),
    "a key with a changed line": async () =>
      sign((await protectedKey()).replace(/\n\n(.{20})/, "\n$1: "), passphrase),
    "a public key": async () => sign(await gpg.run("--armor", "--export", "p@example.org")),
    "text that is not a key": () => sign(passphrase),
    "a missing file": () => configured({ signingKeyFile: join(gpg.folder, "nothing") }),
    "a key in the variable for a path": async () => configured({ signingKeyFile: await protectedKey() }),
    "keys in two variables": async () =>
      configured({ signingKey: await protectedKey(), signingKeyFile: "key.asc" }),
  };

  let locked: Promise<string> | undefined;
  function protectedKey(): Promise<string> {
    locked ??= gpg.makeKey("protected <p@example.org>", { passphrase });
    return locked;
  }

  test.each(Object.entries(refused))("%s", async (_, attempt) => {
    const secret = await protectedKey();
    const error: unknown = await attempt().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "key-invalid" });
    const shown = inspect(error, { depth: 10, showHidden: true });
    expect(shown).not.toMatch(/horse|BEGIN PGP/);
    const lines = secret.split("\n").filter((line) => /^\S{20,}$/.test(line));
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(shown).not.toContain(line.slice(0, 20));
  });
});

test("a key file is read in one pass, however many of its blocks have no end", async () => {
  const text = "-----BEGIN PGP \n".repeat(200_000);
  await expect(publicKeyring([await file("endless.asc", text)])).rejects.toMatchObject({
    code: "key-invalid",
  });
});
