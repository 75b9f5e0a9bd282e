import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, type Outcome } from "@sysext-kiln/machine";
import { ensureTestPrograms } from "@sysext-kiln/testbed";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeCertificates } from "./etcd-certificates.ts";
import { granted, hooksOf, refused } from "./etcd-hooks.ts";
import { etcdctl, openMembers, unpackEtcd, type Member, type Members } from "./etcd-members.ts";

// kiln-host status shows the last line that the lock prints.

let built: string;
/** The tree of the image, with its programs and hooks. */
let tree: string;
beforeAll(async () => {
  built = await mkdtemp(join(tmpdir(), "kiln-etcd-lock-access-"));
  tree = await unpackEtcd(built);
});
afterAll(() => rm(built, { recursive: true }));

let members: Members;
let one: Member;
beforeEach(async () => {
  members = await openMembers();
  one = await members.plan("one");
});
afterEach(() => members[Symbol.asyncDispose]());

const { acquire, hook, release } = hooksOf(() => ({ tree, folder: members.folder, member: one }));

const ctl = (...args: string[]) => etcdctl(tree, one, ...args);

/** Waits until a program succeeds: a member that has just started may not answer yet. */
async function succeedSoon(program: () => Promise<Outcome>): Promise<void> {
  await expect.poll(async () => (await program()).status, { timeout: 30_000 }).toBe(0);
}

/** The settings of a host with a user and its password. */
const user = (name: string) => ({ settings: { ETCDCTL_USER: name } });

describe("the restart lock with authentication", () => {
  beforeEach(async () => {
    await members.start(one, { tree, cluster: [one] });
    for (const command of [
      "user add root:secret",
      "user grant-role root root",
      "user add app:secret",
      "role add kiln-host",
      "role grant-permission kiln-host readwrite /sysext-kiln/restart",
      "user add kiln-host:secret",
      "user grant-role kiln-host kiln-host",
      "auth enable",
    ])
      await succeedSoon(() => ctl(...command.split(" ")));
  });

  test.each(["root:secret", "kiln-host:secret"])("the user %s may take the lock", async (name) => {
    expect(await hook("health", user(name))).toMatchObject(granted);
    expect(await acquire(user(name))).toMatchObject(granted);
    expect(await acquire({ ...user(name), host: "two" })).toMatchObject(
      refused(/^the restart lock is held by one \w{32}; it expires in \d+ s/),
    );
    expect(await release(user(name))).toMatchObject(granted);
    expect(await acquire({ ...user(name), host: "two" })).toMatchObject(granted);
  });

  test("a user without the permission is healthy, and told which one it needs", async () => {
    expect(await hook("health", user("app:secret"))).toMatchObject(granted);
    expect(await acquire(user("app:secret"))).toMatchObject(
      refused(
        /etcdctl\.sh: etcdserver: permission denied; it must be able to read and write \/sysext-kiln\/restart$/,
      ),
    );
  });

  test("no user, or a wrong password, keeps etcd from being restarted", async () => {
    expect(await acquire()).toMatchObject(
      refused(/^etcd cannot be asked: etcdserver: user name is empty; see \S+\/etcdctl\.sh$/),
    );
    expect(await acquire(user("root:wrong"))).toMatchObject(
      refused(/^etcd cannot be asked: etcdserver: authentication failed, invalid user ID or password; see /),
    );
  });

  test("a learner, which cannot check a password, is healthy and needs no lock", async () => {
    const two = await members.plan("two");
    const add = ["--user", "root:secret", "member", "add", "two", "--learner", "--peer-urls", two.peer];
    await succeedSoon(() => ctl(...add));
    await members.start(two, { tree, cluster: [one, two], wait: false });
    const settings = { ETCDCTL_ENDPOINTS: two.client, ETCDCTL_USER: "kiln-host:secret" };
    await succeedSoon(() => hook("health", { settings }));
    expect(await acquire({ settings })).toMatchObject({ ...granted, stdout: "" });
    // With both members in the settings, it is not known that this is the learner.
    const both = { ...settings, ETCDCTL_ENDPOINTS: `${one.client},${two.client}` };
    expect(await acquire({ ...user("kiln-host:secret"), host: "three" })).toMatchObject(granted);
    expect(await acquire({ settings: both })).toMatchObject({ status: 75 });
  });
});

describe("the restart lock with IPv6 and certificates", () => {
  let pki: string;
  /** The settings of a host with a certificate for clients. */
  const certificate = (name = "apiserver-etcd-client"): Readonly<Record<string, string>> => ({
    ETCDCTL_CACERT: join(pki, "ca.crt"),
    ETCDCTL_CERT: join(pki, `${name}.crt`),
    ETCDCTL_KEY: join(pki, "apiserver-etcd-client.key"),
  });
  beforeEach(async () => {
    const plan = await members.plan("one", "[::1]");
    one = { ...plan, client: plan.client.replace("http:", "https:") };
    await makeCertificates(join(members.folder, "pki"), { one: "::1" });
    pki = join(members.folder, "pki/one");
    const flags = ["--cert-file", join(pki, "server.crt"), "--key-file", join(pki, "server.key")];
    flags.push("--client-cert-auth", "--trusted-ca-file", join(pki, "ca.crt"));
    await members.start(one, { tree, cluster: [one], flags });
    await succeedSoon(() => hook("health", { settings: certificate() }));
  });

  test("the lock is held by one host at a time", async () => {
    expect(await acquire({ settings: certificate() })).toMatchObject(granted);
    expect(await acquire({ settings: certificate(), host: "two" })).toMatchObject(
      refused(/^the restart lock is held by one /),
    );
  });

  test.each([
    ["has expired", ["-startdate", "20250101000000Z", "-enddate", "20250102000000Z"]],
    [
      "is not valid yet, as if the clock had jumped",
      ["-startdate", "20990101000000Z", "-enddate", "20990102000000Z"],
    ],
  ])(
    "a certificate that %s keeps etcd from being restarted, although the health check fails",
    async (_, dates) => {
      await issue("jumped", dates);
      const settings = certificate("jumped");
      expect(await hook("health", { settings })).toMatchObject({ status: 1 });
      expect(await acquire({ settings })).toMatchObject(
        refused(/^etcd cannot be asked: .*; see \S+\/etcdctl\.sh$/),
      );
    },
  );

  test("so does a missing one, or another authority's", async () => {
    expect(await acquire({ settings: certificate("nothing") })).toMatchObject(
      refused(/^etcd cannot be asked: open \S+\/nothing\.crt: no such file or directory; see /),
    );
    const foreign = { ...certificate(), ETCDCTL_CACERT: join(pki, "apiserver-etcd-client.crt") };
    expect(await acquire({ settings: foreign })).toMatchObject(
      refused(/x509: certificate signed by unknown authority; see /),
    );
  });

  /** Issues a certificate for the client's key that is valid between two dates. */
  async function issue(name: string, dates: readonly string[]): Promise<void> {
    const { openssl } = await ensureTestPrograms("openssl");
    const cwd = join(members.folder, "pki");
    const key = ["-key", join(pki, "apiserver-etcd-client.key"), "-subj", `/CN=${name}`];
    await run(openssl, ["req", "-new", ...key, "-out", "request"], { cwd });
    const config =
      "[ca]\ndefault_ca=own\n[own]\ndatabase=index\nnew_certs_dir=.\nrand_serial=yes\npolicy=any\n[any]\ncommonName=supplied\n";
    await writeFile(join(cwd, "ca.cnf"), config);
    await writeFile(join(cwd, "index"), "");
    const authority = ["-cert", "ca.crt", "-keyfile", "ca.key", "-md", "sha256"];
    const files = ["-in", "request", "-out", join(pki, `${name}.crt`)];
    await run(openssl, ["ca", "-batch", "-notext", "-config", "ca.cnf", ...authority, ...files, ...dates], {
      cwd,
    });
  }
});
