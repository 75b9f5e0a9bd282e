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
