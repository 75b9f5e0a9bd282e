import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { configuredSigner } from "@sysext-kiln/publisher";
import { describeOnHosts } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bootHelloHost, type HelloHost } from "./hello-host.ts";
import { openHelloReleases, type HelloReleases } from "./hello-releases.ts";
import { succeed } from "./host-services.ts";
import { replaceIndex } from "./signed-index.ts";

/** What is published: with the first key, then with an announcement of the next one, then with that one. */
const [first, announced, rotated] = ["3.5.9", "3.5.10", "3.5.11"] as const;
/** And at last with a key that nobody has announced. */
const unannounced = "3.5.12";

const names = ["first", "next", "new", "thief"] as const;
type Name = (typeof names)[number];

let releases: HelloReleases;
const keys = new Map<string, { key: string; keyring: string; fingerprint: string }>();

beforeAll(async () => {
  releases = await openHelloReleases();
  keys.set("first", await withFingerprint({ key: releases.signingKey, keyring: releases.keyring }));
  for (const name of names.slice(1)) keys.set(name, await withFingerprint(await releases.makeKey(name)));
  await releases.offer([first]);
  await configure("nextKey: next/import-pubring.gpg\n");
  await releases.offer([announced]);
  await configure("");
  await releases.kiln("key", "trust", key("first").keyring, key("next").keyring);
  releases.signWith(key("next").key);
  await releases.offer([rotated]);
  await releases.kiln("key", "trust", key("new").keyring);
  releases.signWith(key("new").key);
  await releases.offer([unannounced]);
});

afterAll(() => releases[Symbol.asyncDispose]());

async function withFingerprint(made: { key: string; keyring: string }) {
  const signer = await configuredSigner({
    ...{ signingKey: undefined, signingKeyFile: made.key, signingPassphrase: undefined },
  });
  return { ...made, fingerprint: signer?.fingerprint ?? "" };
}

function key(name: Name) {
  const found = keys.get(name);
  if (found === undefined) throw new Error(`no key ${name}`);
  return found;
}

function configure(settings: string): Promise<void> {
  return writeFile(join(releases.folder, "kiln.yaml"), settings);
}

/** The keys in a host's keyring. */
async function trustedBy({ host }: HelloHost): Promise<string[]> {
  const listing = await succeed(
    host,
    ...["gpg", "--show-keys", "--with-colons", "/etc/systemd/import-pubring.gpg"],
  );
  return names.filter((name) => listing.includes(`:${key(name).fingerprint}:`));
}

function readBase64(path: string): Promise<string> {
  return readFile(path, "base64");
}

/** What an operator does who can reach the host. */
async function replaceKeyring({ host }: HelloHost, name: Name): Promise<void> {
  const script = "base64 --decode >/etc/systemd/import-pubring.gpg";
  const { keyring } = key(name);
  const outcome = await host.run(["sh", "-c", script], { input: await readBase64(keyring) });
  expect(outcome.status).toBe(0);
}

/** Boots a host that has checked the update directories of some versions, one after the other. */
async function bootChecked(
  suite: HelloHost["host"]["suite"],
  versions: readonly string[],
): Promise<HelloHost> {
  const hello = await bootHelloHost(releases, { suite, first });
  await hello.host.waitFor("the service", async () => (await hello.state()).running !== "");
  for (const version of versions) expect(await checkWith(hello, version)).toBe(version);
  return hello;
}

/** Lets a host check while the update directory of a version is the latest one. @returns what runs then */
async function checkWith(hello: HelloHost, version: string): Promise<string | undefined> {
  await hello.setLatest(version);
  await hello.update();
  return /^hello (\S+) /.exec((await hello.state()).running)?.[1];
}

const isNotSigned = /[Ss]ignature|verif/;

describeOnHosts.concurrent("the signing key", (suite) => {
  test("is replaced by the announced one without touching hosts, and is then worth nothing to a thief", async () => {
    await using hello = await bootChecked(suite, [first]);
    expect(await trustedBy(hello)).toEqual(["first"]);
    expect(await checkWith(hello, announced)).toBe(announced);
    expect(await trustedBy(hello)).toEqual(["first", "next"]);
    expect(await checkWith(hello, rotated)).toBe(rotated);
    expect(await trustedBy(hello)).toEqual(["next"]);

    await forgeIndex(hello);
    await hello.update();
    expect(await hello.status()).toMatchObject({ fetchFailure: expect.stringMatching(isNotSigned) });
    expect(await trustedBy(hello)).toEqual(["next"]);
  });

  test("is lost without another one being announced: hosts keep what they have until they get a new keyring", async () => {
    await using hello = await bootChecked(suite, [first]);
    expect(await checkWith(hello, unannounced)).toBe(first);
    expect(await hello.status()).toMatchObject({ fetchFailure: expect.stringMatching(isNotSigned) });
    await replaceKeyring(hello, "new");
    expect(await checkWith(hello, unannounced)).toBe(unannounced);
    expect(await trustedBy(hello)).toEqual(["new"]);
  });

  test("was replaced while a host was switched off: it gets the new keyring by hand", async () => {
    await using hello = await bootChecked(suite, [first]);
    expect(await checkWith(hello, rotated)).toBe(first);
    await replaceKeyring(hello, "next");
    expect(await checkWith(hello, rotated)).toBe(rotated);
  });

  test("is stolen, and used before a host sees that it is retired: the host is freed by hand", async () => {
    await using hello = await bootChecked(suite, [first, announced]);
    await forgeIndex(hello);
    await hello.update();
    expect(await trustedBy(hello)).toEqual(["first", "next", "thief"]);
    expect(await checkWith(hello, rotated)).toBe(announced);
    expect(await hello.status()).toMatchObject({ fetchFailure: expect.stringMatching(/is older than/) });
    await replaceKeyring(hello, "next");
    await succeed(hello.host, "rm", "-r", "/var/lib/sysext-kiln/index");
    expect(await checkWith(hello, rotated)).toBe(rotated);
    expect(await trustedBy(hello)).toEqual(["next"]);
  });
});

/** Serves an index that a thief of the first key has signed, and which announces a key of the thief. */
async function forgeIndex({ server }: HelloHost): Promise<void> {
  const announcement = { fingerprint: key("thief").fingerprint, key: await readBase64(key("thief").keyring) };
  await replaceIndex({ signingKey: key("first").key }, server, ({ number, keys: stated }) => ({
    ...{ number: number + 1, created: 9_999_999_999, keys: [...stated, announcement], retired: [] },
  }));
}
