import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { putFile } from "@sysext-kiln/testbed";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { granted, hooksOf, refused } from "./etcd-hooks.ts";
import { etcdctl, openMembers, unpackEtcd, type Member, type Members } from "./etcd-members.ts";
import { takeOverClock } from "./process-clock.ts";

// kiln-host status shows the last line that the lock prints.

let built: string;
/** The tree of the image, with its programs and hooks. */
let tree: string;
beforeAll(async () => {
  built = await mkdtemp(join(tmpdir(), "kiln-etcd-lock-"));
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

/** Adds a member to the cluster of `one`, which may have to wait for an earlier change. */
async function add({ name, peer }: Member): Promise<void> {
  const command = ["member", "add", name, "--peer-urls", peer];
  await expect.poll(async () => (await ctl(...command)).status, { timeout: 30_000 }).toBe(0);
}

/** Starts members `one`, `two` and so on, each of which has joined the cluster of those before it. */
async function startCluster(...names: string[]): Promise<Member[]> {
  const cluster = [one];
  await members.start(one, { tree, cluster });
  for (const name of names) {
    const member = await members.plan(name);
    cluster.push(member);
    await add(member);
    await members.start(member, { tree, cluster });
  }
  return cluster;
}

describe("the restart lock", () => {
  test("is held by one host at a time, and says by which one and for how long", async () => {
    await startCluster();
    expect(await acquire()).toMatchObject(granted);
    expect(await acquire()).toMatchObject(granted);
    const held =
      /^the restart lock is held by one \w{32}; it expires in [45]\d s unless that host renews it$/;
    expect(await acquire({ host: "two" })).toMatchObject(refused(held));
    await release({ host: "two" });
    expect(await acquire({ host: "two" })).toMatchObject(refused(held));
    await release();
    expect(await acquire({ host: "two" })).toMatchObject(granted);
  });

  test("of a cluster of one or two members says that the cluster stops for the restart", async () => {
    const stops =
      "the cluster does not answer while this member restarts, as it has fewer than three members";
    await startCluster();
    expect(await acquire()).toMatchObject({ ...granted, stdout: stops });
    const two = await members.plan("two");
    await add(two);
    await members.start(two, { tree, cluster: [one, two] });
    expect(await acquire()).toMatchObject({ ...granted, stdout: stops });
  });

  test("waits for a member that was added and has not started, which may have several addresses", async () => {
    await startCluster("two");
    const peers = "http://127.0.0.1:1,http://127.0.0.1:2";
    await add({ ...(await members.plan("three")), peer: peers });
    expect(await acquire()).toMatchObject(
      refused(new RegExp(`^not every member has started: \\w+ at ${peers}$`)),
    );
  });

  test("is not granted while another member is down, and says which one", async () => {
    const [, , three] = await startCluster("two", "three");
    expect(await acquire()).toMatchObject({ ...granted, stdout: "" });
    await members.stop(three ?? one, "SIGKILL");
    const { status, stderr } = await acquire();
    expect(status).toBe(75);
    expect(stderr).toMatch(
      new RegExp(`^not every member is healthy: ${three?.client} is unhealthy: [^\\n]*$`),
    );
    expect((await ctl("get", "/sysext-kiln/restart")).stdout).toBe("");
  });

  test("is not what a member that does not answer waits for", async () => {
    await startCluster();
    await members.stop(one);
    expect(await acquire()).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^etcd does not answer: .*connection refused$/),
    });
  });

  test("is not granted if the service is active, and the settings have another address", async () => {
    const folder = join(members.folder, "systemd");
    await putFile(join(folder, "systemctl"), '#!/bin/sh\n[ "$*" = "is-active --quiet etcd.service" ]\n', {
      mode: 0o755,
    });
    const programs = [folder, join(tree, "usr/local/bin"), process.env["PATH"]].join(":");
    const settings = { ETCDCTL_ENDPOINTS: "http://127.0.0.1:1" };
    expect(await acquire({ settings, programs })).toMatchObject(
      refused(/^etcd\.service is active, and does not answer at the address in \S+etcdctl\.sh: /),
    );
  });

  test("of a holder that lost power expires, and is its own again if it returns before", async () => {
    const [, two, three] = await startCluster("two", "three");
    const ofThree = { host: "three", settings: { ETCDCTL_ENDPOINTS: three?.client ?? "" } };
    expect(await acquire({ ...ofThree, seconds: 60 })).toMatchObject(granted);
    await members.stop(three ?? one, "SIGKILL");
    expect(await acquire()).toMatchObject(refused(/^the restart lock is held by three /));
    await members.start(three ?? one, { tree, cluster: [one, two ?? one, three ?? one] });
    expect(await acquire({ ...ofThree, seconds: 3 })).toMatchObject(granted);
    await members.stop(three ?? one, "SIGKILL");
    await expect
      .poll(async () => (await acquire()).stderr, { timeout: 30_000 })
      .toMatch(/^not every member is healthy/);
  });

  test.skipIf(process.arch !== "x64")(
    "lasts as long as it was granted for, whatever happens to the clocks",
    async () => {
      await startCluster();
      const clock = await takeOverClock(members.pid(one));
      const time = async () =>
        Date.parse((await fetch(`${one.client}/health`)).headers.get("date") ?? "") / 1000;
      expect(await acquire()).toMatchObject(granted);
      await clock.jump(3600);
      expect((await time()) - Date.now() / 1000).toBeGreaterThan(3500);
      expect(await acquire({ host: "two" })).toMatchObject(
        refused(/held by one \w+; it expires in [45]\d s/),
      );
      expect(await acquire({ seconds: 3 })).toMatchObject(granted);
      await clock.jump(-3600);
      expect((await time()) - Date.now() / 1000).toBeLessThan(-3500);
      await expect.poll(async () => (await acquire({ host: "two" })).status, { timeout: 30_000 }).toBe(0);
    },
  );
});

describe("with endpoints of all members in etcdctl.sh", () => {
  test("a host asks its own, which etcd.env names, so that it is healthy while another one is down", async () => {
    const cluster = await startCluster("two", "three");
    const settings = { ETCDCTL_ENDPOINTS: cluster.map(({ client }) => client).join(",") };
    const variables = 'ETCD_NAME="two"\n';
    await members.stop(one);
    one = cluster[1] ?? one;
    expect(await hook("health", { settings, variables })).toMatchObject(granted);
    expect(await acquire({ settings, variables })).toMatchObject(refused(/^not every member is healthy: /));
    // It is not known which one is this: it may not be restarted, although its health check fails.
    expect(await hook("health", { settings })).toMatchObject({ status: 1 });
    expect(await acquire({ settings })).toMatchObject(refused(/^not every member is healthy: /));
  });
});
