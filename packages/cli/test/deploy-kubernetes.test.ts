import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tryRun, type Outcome } from "@sysext-kiln/machine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { main } from "./paths.ts";

const basics = ["--ip", "192.0.2.10/24", "--interface", "eth0", "--image", "ghcr.io/owner/keepalived:2.3.4"];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-deploy-"));
  await writeFile(join(folder, "password"), "secret12\n");
  await writeFile(join(folder, "other-password"), "secret34\n");
  await writeFile(join(folder, "long-password"), "secret123\n");
});
afterAll(() => rm(folder, { recursive: true }));

function deploy(...args: string[]): Promise<Outcome> {
  return tryRun(process.execPath, [main, "deploy", "kubernetes", ...args], { cwd: folder });
}

const kindsOf = (yaml: string) => parseAllDocuments(yaml).map((document) => String(document.get("kind")));

/** The password in printed manifests. */
function passwordIn(yaml: string): string {
  const [, base64 = ""] = /^ {2}password: (\S+)$/m.exec(yaml) ?? [];
  return Buffer.from(base64, "base64").toString();
}

/** The keys of HMAC in printed manifests. */
function keysIn(yaml: string): string[] {
  const secret = parseAllDocuments(yaml).find((document) => document.get("kind") === "Secret");
  return ["key-1", "key-2"].map((key) => atob(String(secret?.getIn(["data", key]))));
}

describe("manifests", () => {
  test("are all that kubectl apply needs, and only they contain the password", async () => {
    const { status, stdout, stderr } = await deploy(...basics);
    expect(status).toBe(0);
    expect(kindsOf(stdout)).toEqual(["ConfigMap", "Secret", "DaemonSet"]);
    expect(passwordIn(stdout)).toMatch(/^[A-Za-z0-9]{8}$/);
    expect(stderr).toMatch(/to change the rest later, add --keep-password/);
    expect(stderr).not.toContain(passwordIn(stdout));
  });

  test("have a new password for each installation, and none with --keep-password", async () => {
    const [first, second] = await Promise.all([deploy(...basics), deploy(...basics)]);
    expect(passwordIn(second.stdout)).not.toBe(passwordIn(first.stdout));
    const change = await deploy(...basics, "--vrid", "52", "--keep-password");
    expect(kindsOf(change.stdout)).toEqual(["ConfigMap", "DaemonSet"]);
    expect(change.stdout).toContain("secretName: keepalived-password");
    expect(change.stderr).toBe("");
  });

  test("take the password from a file, and have none for IPv6", async () => {
    expect(passwordIn((await deploy(...basics, "--password-file", "password")).stdout)).toBe("secret12");
    const ipv6 = await deploy("--ip", "2001:db8::10/64", ...basics.slice(4));
    expect(kindsOf(ipv6.stdout)).toEqual(["ConfigMap", "DaemonSet"]);
    expect(ipv6.stdout).not.toMatch(/password/i);
    const change = await deploy("--ip", "2001:db8::10/64", ...basics.slice(4), "--keep-password");
    expect(change).toEqual(ipv6);
  });
});

describe("keys of HMAC", () => {
  const withKeys = [...basics.slice(0, -1), "ghcr.io/owner/keepalived:2.4.3", "--hmac"];

  test("are two new ones for each installation, in place of a password, and left out with --keep-keys", async () => {
    const { stdout, stderr } = await deploy(...withKeys, "receive-only");
    expect(kindsOf(stdout)).toEqual(["ConfigMap", "Secret", "DaemonSet"]);
    expect(stdout).not.toMatch(/password/i);
    const keys = keysIn(stdout);
    expect(new Set(keys).size).toBe(2);
    for (const key of keys) {
      expect(key).toMatch(/^hex:[0-9a-f]{64}$/);
      expect(stderr).not.toContain(key);
    }
    expect(stderr).toMatch(/to change the rest later, add --keep-keys/);
    expect(keysIn((await deploy(...withKeys, "receive-only")).stdout)).not.toEqual(keys);
    const change = await deploy(...withKeys, "permissive", "--keep-keys");
    expect(kindsOf(change.stdout)).toEqual(["ConfigMap", "DaemonSet"]);
    expect(change.stdout).toContain("KEEPALIVED_HMAC_MODE: permissive");
    expect(change.stdout).toContain("secretName: keepalived-hmac");
  });

  test("stay in an overlay, and a missing one is replaced, for a rotation", async () => {
    const output = ["--output", "with-keys"];
    const read = (slot: number) => readFile(join(folder, `with-keys/hmac-key-${slot}`), "utf8");
    const first = await deploy(...withKeys, "receive-only", ...output);
    expect(first.stderr).not.toContain("missing");
    const before = [await read(1), await read(2)];
    expect(await readFile(join(folder, "with-keys/.gitignore"), "utf8")).toContain(
      "/hmac-key-1\n/hmac-key-2\n",
    );
    await deploy(...withKeys, "enforce", "--hmac-active-key", "2", ...output);
    expect([await read(1), await read(2)]).toEqual(before);
    await rm(join(folder, "with-keys/hmac-key-1"));
    const { stdout, stderr } = await deploy(...withKeys, "enforce", "--hmac-active-key", "2", ...output);
    expect(await read(1)).not.toBe(before[0]);
    expect(await read(2)).toBe(before[1]);
    expect(stderr).toContain(
      "with-keys/hmac-key-1 was missing, and is a new key: do not sign with it until all nodes have it",
    );
    expect(stderr).not.toContain("hmac-key-2 was missing");
    for (const key of [...before, await read(1)]) expect(stdout + stderr).not.toContain(key);
  });
});

describe("an overlay", () => {
  test("keeps its password, which is never printed", async () => {
    const first = await deploy(...basics, "--output", "overlay");
    expect(first.stdout).toBe("Wrote overlay; to install it: kubectl apply -k overlay");
    const password = await readFile(join(folder, "overlay/password"), "utf8");
    const second = await deploy(...basics, "--vrid", "52", "--output", "overlay");
    expect(await readFile(join(folder, "overlay/password"), "utf8")).toBe(password);
    expect(await readFile(join(folder, "overlay/keepalived.env"), "utf8")).toContain(
      "KEEPALIVED_ROUTER_ID=52\n",
    );
    for (const { stdout, stderr } of [first, second]) expect(stdout + stderr).not.toContain(password);
  });

  test("does not replace its password", async () => {
    await deploy(...basics, "--password-file", "password", "--output", "own");
    const { status, stderr } = await deploy(
      ...basics,
      "--password-file",
      "other-password",
      "--output",
      "own",
    );
    expect(status).toBe(2);
    expect(stderr).toMatch(/expected the password in own,.*remove own\/password/s);
  });
});

describe("an invalid command line is refused in three lines, and nothing is written", () => {
  test.each([
    ["router id 256", [...basics, "--vrid", "256"], /--vrid to be a number from 1 to 255/],
    [
      "a long password",
      [...basics, "--password-file", "long-password"],
      /1 to 8 characters in long-password/,
    ],
    [
      "a password with VRRP 3",
      ["--ip", "2001:db8::10", ...basics.slice(2), "--password-file", "password"],
      /no password for an IPv6-only deployment, because VRRP 3 does not have passwords/,
    ],
    [
      "an unknown mode of HMAC",
      [...basics, "--hmac", "on"],
      /--hmac to be receive-only, permissive or enforce/,
    ],
    ["an old keepalived with HMAC", [...basics, "--hmac", "enforce"], /keepalived 2\.4\.2 or newer/],
    ["a key of HMAC alone", [...basics, "--hmac-active-key", "2"], /--hmac together with --hmac-active-key/],
    ["kept keys alone", [...basics, "--keep-keys"], /--hmac together with --keep-keys/],
    [
      "a password and HMAC",
      [...basics.slice(0, -1), "owner/keepalived:2.4.3", "--hmac", "enforce", "--password-file", "password"],
      /no password together with --hmac/,
    ],
    [
      "two options about the password",
      [...basics, "--no-password", "--keep-password"],
      /only one option about the password/,
    ],
  ])("%s", async (_, args, message) => {
    const before = await readdir(folder);
    const { status, stdout, stderr } = await deploy(...args, "--output", "refused");
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^error \(usage\): expected .*\n {2}found: .*\n {2}next: .*$/);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("secret");
    expect(await readdir(folder)).toEqual(before);
  });

  test("an unknown option", async () => {
    const { status, stderr } = await deploy(...basics, "--weight", "2");
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^error \(usage\): .*\n {2}found: unknown option '--weight'\n {2}next: +`\.\/kiln deploy kubernetes --help` /,
    );
  });
});
