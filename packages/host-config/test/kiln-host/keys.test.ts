import { mkdir, mkdtempDisposable, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { settledHost, type HostFolder, type OfferedIndex } from "@sysext-kiln/testbed/host-folder";
import { beforeAll, expect, test } from "vitest";

const keyring = "etc/systemd/import-pubring.gpg";

type Key = NonNullable<OfferedIndex["keys"]>[number];

const keys: Record<string, Key> = {};

beforeAll(async () => {
  await using home = await mkdtempDisposable(join(tmpdir(), "kiln-keys-"));
  for (const name of ["first", "second", "operator"]) {
    const gpg = (...args: string[]) => run("gpg", ["--homedir", home.path, "--batch", "--quiet", ...args]);
    await gpg("--passphrase", "", "--quick-generate-key", name, "ed25519", "sign", "never");
    await gpg("--output", join(home.path, `${name}.gpg`), "--export", name);
    const listing = await gpg("--with-colons", "--list-keys", name);
    const fingerprint = /^fpr:+([0-9A-F]+):/m.exec(listing)?.[1] ?? "";
    keys[name] = { fingerprint, key: (await readFile(join(home.path, `${name}.gpg`))).toString("base64") };
  }
  await run("gpgconf", ["--homedir", home.path, "--kill", "all"]);
});

const key = (name: string): Key => keys[name] ?? { fingerprint: "", key: "" };

/** A host that trusts the first key of the repository, and one of its operator. */
async function trustingHost(): Promise<HostFolder> {
  const host = await settledHost("3.5.10");
  await host.publish("3.5.10");
  await host.write(keyring, "");
  const trusted = [key("first"), key("operator")].map((one) => Buffer.from(one.key, "base64"));
  await writeFile(join(host.root, keyring), Buffer.concat(trusted));
  return host;
}

async function trusts(host: HostFolder): Promise<string[]> {
  const listing = await run("gpg", ["--show-keys", "--with-colons", join(host.root, keyring)]);
  const found = [...listing.matchAll(/^fpr:+([0-9A-F]+):/gm)].map(([, fingerprint]) => fingerprint);
  return Object.keys(keys).filter((name) => found.includes(key(name).fingerprint));
}

async function follow(host: HostFolder, number: number, index: Partial<OfferedIndex>): Promise<string> {
  await host.offer({ number, images: { "3.5.10": {} }, ...index });
  return (await host.run()).stdout;
}

test("a key that the index announces is trusted besides the old one, and the old one no longer once it is retired", async () => {
  await using host = await trustingHost();
  expect(await follow(host, 1, { keys: [key("first")] })).toBe("");
  expect(await trusts(host)).toEqual(["first", "operator"]);
  expect(await follow(host, 2, { keys: [key("first"), key("second")] })).toContain("now trusts the keys");
  expect(await trusts(host)).toEqual(["first", "second", "operator"]);
  await follow(host, 3, { keys: [key("second")], retired: [key("first").fingerprint] });
  expect(await trusts(host)).toEqual(["second", "operator"]);
});

test("a keyring that could not be changed is changed by a later check of the same index", async () => {
  await using host = await trustingHost();
  await follow(host, 1, { keys: [key("first"), key("second")] });
  await writeFile(join(host.root, keyring), Buffer.from(key("first").key, "base64"));
  expect((await host.run()).stdout).toContain("now trusts the keys");
  expect(await trusts(host)).toEqual(["first", "second"]);
});

test("keys that could not be installed are installed even if the next index, which may need them, cannot be verified", async () => {
  await using host = await trustingHost();
  const inTheWay = join(host.root, `${keyring}.new`);
  await mkdir(inTheWay);
  expect(await follow(host, 1, { keys: [key("first"), key("second")] })).toContain("cannot be installed");
  expect(await trusts(host)).toEqual(["first", "operator"]);
  expect(await host.kilnHost(["status"])).toMatchObject({
    status: 1,
    stdout: expect.stringContaining("A person is needed: the keys that the index announces"),
  });
  await rm(inTheWay, { recursive: true });
  await host.write("world/repository-fails", "Signature verification failed\n");
  expect((await host.run()).stdout).toContain("now trusts the keys");
  expect(await trusts(host)).toEqual(["first", "second", "operator"]);
  expect((await host.kilnHost(["status"])).stdout).not.toContain("cannot be installed");
});

test("the keyring is left alone if it would have no key any more", async () => {
  await using host = await trustingHost();
  const all = ["first", "operator"].map((name) => key(name).fingerprint);
  expect(await follow(host, 1, { retired: all })).toContain("cannot be installed");
  expect(await trusts(host)).toEqual(["first", "operator"]);
});

test("an index that is refused changes no key", async () => {
  await using host = await trustingHost();
  await follow(host, 5, {});
  await follow(host, 4, { keys: [key("second")], retired: [key("first").fingerprint] });
  expect(await trusts(host)).toEqual(["first", "operator"]);
});
