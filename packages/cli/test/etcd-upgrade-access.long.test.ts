import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, tryRun, type Outcome } from "@sysext-kiln/machine";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeCertificates } from "./etcd-certificates.ts";
import { makeHost, snapshotsOf } from "./etcd-hooks.ts";
import { etcdctl, openMembers, unpackEtcd, type Members } from "./etcd-members.ts";

/** The tree of an image with Debian's newest etcd. */
let tree: string;
let built: string;
let version: string;
beforeAll(async () => {
  built = await mkdtemp(join(tmpdir(), "kiln-etcd-access-"));
  tree = await unpackEtcd(built, "--from", "debian");
  version = /etcd Version: (\S+)/.exec(await run(join(tree, "usr/local/bin/etcd"), ["--version"]))?.[1] ?? "";
});
afterAll(() => rm(built, { recursive: true }));

let members: Members;
beforeEach(async () => {
  members = await openMembers();
});
afterEach(() => members[Symbol.asyncDispose]());

/** An upgrade check that allowed the move, and stored a snapshot. */
const allowed = { status: 0, stderr: "", stdout: expect.stringMatching(/^snapshot: /) };

describe("the upgrade check of a member with IPv6, TLS and authentication", () => {
  test("uses the certificates and the user of etcdctl.sh, who needs the role root", async () => {
    const plan = await members.plan("one", "[::1]");
    const one = { ...plan, client: plan.client.replace("http:", "https:") };
    await makeCertificates(join(members.folder, "pki"), { one: "::1" });
    const pki = join(members.folder, "pki/one");
    const flags = ["--cert-file", join(pki, "server.crt"), "--key-file", join(pki, "server.key")];
    flags.push("--client-cert-auth", "--trusted-ca-file", join(pki, "ca.crt"));
    await members.start(one, { tree, cluster: [one], flags });
    const env = {
      ETCDCTL_ENDPOINTS: one.client,
      ETCDCTL_CACERT: join(pki, "ca.crt"),
      ETCDCTL_CERT: join(pki, "apiserver-etcd-client.crt"),
      ETCDCTL_KEY: join(pki, "apiserver-etcd-client.key"),
    };
    const ctl = (...args: string[]): Promise<Outcome> =>
      tryRun(join(tree, "usr/local/bin/etcdctl"), args, { env });
    await expect.poll(async () => (await ctl("endpoint", "health")).status, { timeout: 30_000 }).toBe(0);
    for (const command of [
      "user add root:secret",
      "user grant-role root root",
      "user add app:secret",
      "auth enable",
    ])
      expect(await ctl(...command.split(" "))).toMatchObject({ status: 0 });

    const settings = (user: string) =>
      [...Object.entries(env), ["ETCDCTL_USER", user]]
        .map(([name, value]) => `export ${name}='${value}'`)
        .join("\n");
    const allowedHost = await makeHost(members.folder, { member: one, settings: settings("root:secret") });
    expect(await allowedHost.check(tree, [version, "3.6.16"])).toMatchObject(allowed);
    const refusedHost = await makeHost(members.folder, { member: one, settings: settings("app:secret") });
    const { status, stderr } = await refusedHost.check(tree, [version, "3.6.16"]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/permission denied/);
    expect(await snapshotsOf(refusedHost)).toEqual([]);
  });
});

describe("the upgrade check of a cluster", () => {
  test.each([
    ["makes etcdctl print JSON", "export ETCDCTL_WRITE_OUT=json ETCDCTL_HEX=true"],
    ["chooses the oldest API", "export ETCDCTL_API=2 ETCDCTL_DEBUG=true"],
    ["ends the shell", "echo hello; exit 3"],
  ])("is the same if etcdctl.sh %s", async (_, more) => {
    const one = await members.plan("one");
    await members.start(one, { tree, cluster: [one] });
    const host = await makeHost(members.folder, {
      member: one,
      settings: `export ETCDCTL_ENDPOINTS=${one.client}\n${more}`,
    });
    expect(await host.check(tree, [version, "3.6.16"])).toMatchObject(allowed);
  });

  test("takes the snapshot of its own member if etcdctl.sh names all of them, and finds it by its name", async () => {
    const [one, two] = [await members.plan("one"), await members.plan("two")];
    await members.start(one, { tree, cluster: [one] });
    const added = async () =>
      (await etcdctl(tree, one, "member", "add", "two", "--peer-urls", two.peer)).status;
    await expect.poll(added, { timeout: 30_000 }).toBe(0);
    await members.start(two, { tree, cluster: [one, two] });
    const settings = `export ETCDCTL_ENDPOINTS=${one.client},${two.client}`;
    const host = await makeHost(members.folder, { member: two, settings });
    expect(await host.check(tree, [version, "3.6.16"])).toMatchObject(allowed);
    const variables = "ETCD_NAME=other";
    const unnamed = await makeHost(members.folder, { member: two, settings, variables });
    expect(await unnamed.check(tree, [version, "3.6.16"])).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /^snapshot: \S+ names several endpoints, and none of the members has this one's ETCD_NAME\. Name only/,
      ),
    });
  });
});
