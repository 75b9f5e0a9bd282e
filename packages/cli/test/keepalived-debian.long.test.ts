import { hash } from "node:crypto";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bootstrapDebian, cacheDirectory, makeOnce, tryRun } from "@sysext-kiln/machine";
import { ensureTestPrograms, putFile, readExamples } from "@sysext-kiln/testbed";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keepalivedConfigurations } from "./keepalived-configurations.ts";
import { buildNativeKeepalived } from "./vrrp-programs.ts";

/** The suite with the version of keepalived that is built. */
const suite = "forky";
/** Also the names of protocols, and users who are not in /etc/passwd. */
const packages = ["keepalived", "netbase", "libnss-extrausers"];
const script = fileURLToPath(new URL("run-keepalived.sh", import.meta.url));

let folder: string;
let tree: string;

/** A root file system with Debian's own keepalived. */
function debianTree(): Promise<string> {
  const digest = hash("sha256", packages.join(" ")).slice(0, 8);
  return makeOnce(cacheDirectory("host", `${suite}-${digest}`), async (unfinished) => {
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    const tar = execa("tar", ["--extract", "--directory", unfinished, "--exclude=./dev/*"], {
      stdin: "pipe",
    });
    const options = { suite, include: packages, output: tar.stdin, say: () => undefined };
    await Promise.all([tar, bootstrapDebian(options)]);
  });
}

beforeAll(async () => {
  await ensureTestPrograms("ip");
  folder = await mkdtemp(join(tmpdir(), "kiln-debian-"));
  tree = await debianTree();
  const files = join(folder, "files");
  const built = await buildNativeKeepalived(join(folder, "build"));
  await mkdir(join(files, "usr/bin"), { recursive: true });
  await cp(built, join(files, "usr/bin/keepalived"));
  await putFile(join(files, "etc/nsswitch.conf"), "passwd: files extrausers\ngroup: files extrausers\n");
  await putFile(join(files, "var/lib/extrausers/passwd"), "remote:x:4711:4712::/:/bin/sh\n");
  await putFile(join(files, "var/lib/extrausers/group"), "others:x:4713:\n");
  await putFile(join(files, "etc/hosts"), "127.0.0.1 localhost\n");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a keepalived says about a configuration, and does with it. */
async function outcome(program: string, files: Readonly<Record<string, string>>): Promise<string> {
  const all = await mkdtemp(join(folder, "run-"));
  await cp(join(folder, "files"), all, { recursive: true });
  for (const [path, text] of Object.entries(files)) await putFile(join(all, path), text, { mode: 0o644 });
  const command = ["--net", "--mount", "--pid", "--fork", "--kill-child", "sh", script, tree, all, program];
  const { status, stdout, stderr } = await tryRun("unshare", command, { timeoutMs: 60_000 });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return stdout
    .split("\n")
    .filter((line) => !different.test(line))
    .join("\n");
}

/**
 * Lines about times, descriptors, pointers, random numbers and addresses, versions of libraries, and features of
 * Debian's alone; and about `rp_filter`, which keepalived knows once the kernel has reported an interface again.
 */
const different =
  /^ *(Last transition|Read timeout|fd_in|fd_out|thread_\w+|local discriminator|MAC|IPv6 address|libnftnl version|SNMP|DBus|rp_filter)\b/;

async function expectSame(files: Readonly<Record<string, string>>): Promise<string> {
  const debian = await outcome("/usr/sbin/keepalived", files);
  expect(await outcome("/usr/bin/keepalived", files)).toBe(debian);
  return debian;
}

async function versionOf(program: string, ...args: readonly string[]): Promise<string | undefined> {
  const { stderr } = await tryRun(program, [...args, "--version"]);
  return /^Keepalived (v\S+)/.exec(stderr)?.[1];
}

test("Debian has the version that is built", async () => {
  const built = await versionOf(join(folder, "files/usr/bin/keepalived"));
  expect(built).toBe(await versionOf("chroot", tree, "/usr/sbin/keepalived"));
  expect(built).toMatch(/^v\d/);
});

describe("keepalived does the same as Debian's with", () => {
  test.each(keepalivedConfigurations)("$name", async ({ files, shows }) => {
    const debian = await expectSame(files);
    for (const line of shows) expect(debian).toContain(line);
  });
});

describe("keepalived does the same as Debian's with the example", async () => {
  const examples = (await readExamples()).filter(({ info: [language] }) => language === "conf");
  test.each(examples)("$where", async ({ text }) => {
    await expectSame({ "etc/keepalived/keepalived.conf": text });
  });
});
