import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeHost, refusalOf, snapshotsOf, type HostOptions } from "./etcd-hooks.ts";
import {
  addMember,
  etcdctl,
  openMembers,
  plantZombie,
  unpackEtcd,
  type Member,
  type Members,
} from "./etcd-members.ts";

// With Debian's etcd 3.5: the check runs before the next series does, with the programs of the series that is left.

/** The trees of images with the newest etcd that Debian has, and with 3.5.16. */
let newest: string;
let old: string;
let built: string;
let version: string;
beforeAll(async () => {
  built = await mkdtemp(join(tmpdir(), "kiln-etcd-upgrade-"));
  newest = await unpackEtcd(built, "--from", "debian");
  old = await unpackEtcd(built, "3.5.16", "--from", "debian");
  version =
    /etcd Version: (\S+)/.exec(await run(join(newest, "usr/local/bin/etcd"), ["--version"]))?.[1] ?? "";
});
afterAll(() => rm(built, { recursive: true }));

let members: Members;
let one: Member;
beforeEach(async () => {
  members = await openMembers();
  one = await members.plan("one");
});
afterEach(() => members[Symbol.asyncDispose]());

const next = "3.6.16";

/** The host of the member `one`. */
function hostOfOne(options: Partial<HostOptions> = {}) {
  return makeHost(members.folder, { member: one, ...options });
}

/** Checks a move of the member `one` to 3.6, and returns why it is refused. */
async function refusal(options: Partial<HostOptions> = {}): Promise<string> {
  return refusalOf(await hostOfOne(options), newest, [version, next]);
}

/** Adds a member to the cluster of `one`, and returns its id. */
const add = (name: string, peer: string, ...flags: string[]) => addMember(newest, one, name, peer, ...flags);

describe("a move to the next series", () => {
  test("is allowed after a verified snapshot, which only root can read; two are kept", async () => {
    await members.start(one, { tree: newest, cluster: [one] });
    const host = await hostOfOne();
    for (let n = 0; n < 3; n += 1) {
      await etcdctl(newest, one, "put", "key", `${n}`);
      const { status, stdout, stderr } = await host.check(newest, [version, `3.6.${n}`]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toMatch(
        new RegExp(`^snapshot: ${host.snapshots}/\\d{8}T\\d{6}Z-${version}-before-3\\.6\\.${n}\\.db$`),
      );
    }
    const kept = (await readdir(host.snapshots)).toSorted();
    expect(kept.map((name) => name.replace(/.*-before-/, ""))).toEqual(["3.6.1.db", "3.6.2.db"]);
    expect((await stat(host.snapshots)).mode & 0o777).toBe(0o700);
    const last = join(host.snapshots, kept.at(-1) ?? "");
    expect((await stat(last)).mode & 0o777).toBe(0o600);
    const restored = join(members.folder, "restored");
    await run(join(newest, "usr/local/bin/etcdutl"), ["snapshot", "restore", last, "--data-dir", restored]);
  });

  test("needs no snapshot for a look ahead, and one a day while a reboot is awaited", async () => {
    await members.start(one, { tree: newest, cluster: [one] });
    const host = await hostOfOne();
    expect(await host.check(newest, [version, next, "no-snapshot"])).toMatchObject({ status: 0, stdout: "" });
    expect(await snapshotsOf(host)).toEqual([]);
    const env = { UPDATE_MODE: "reboot" };
    expect((await host.check(newest, [version, next], { env })).stdout).toMatch(/^snapshot: /);
    expect(await host.check(newest, [version, next], { env })).toMatchObject({ status: 0, stdout: "" });
    expect(await readdir(host.snapshots)).toHaveLength(1);
  });

  test("is only one to the series after the one in use", async () => {
    const host = await hostOfOne();
    for (const [from, to] of [
      ["3.5.35", "3.7.3"],
      ["3.7.3", "3.5.35"],
    ] as const)
      expect(await host.check(newest, [from, to])).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(
          /^series: no move from 3\.\d to 3\.\d is known to be safe\. etcd moves one series at a time/,
        ),
      });
  });

  test("waits for an image that knows the series after the newest", async () => {
    const host = await hostOfOne();
    expect(await host.check(newest, ["3.7.3", "3.8.0"])).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /^series: this image does not know whether a move from 3\.7 to 3\.8 is safe/,
      ),
    });
  });

  test("is not what an update within a series is, which waits for nothing", async () => {
    const host = await hostOfOne();
    const outcome = await host.check(newest, ["3.5.16", "3.5.35-2"]);
    expect(outcome).toMatchObject({ status: 0, stdout: "", stderr: "" });
  });

  test.each([[["3.5.16"]], [["3.5.16", "3.6"]], [["3.5.16", "latest"]], [["3.5.16", "3.6.1", "now"]]])(
    "has another exit status if the arguments are wrong: %s",
    async (args) => {
      const host = await hostOfOne();
      expect(await host.check(newest, args)).toMatchObject({
        status: 2,
        stderr: expect.stringMatching(/^usage: /),
      });
    },
  );

  test("needs a reason to believe that a member without data has never had any", async () => {
    const host = await hostOfOne();
    expect(await host.check(newest, [version, next])).toMatchObject({ status: 0 });
    await writeFile(join(host.snapshots, "../data-folder"), "/srv/etcd\n");
    expect(await host.check(newest, [version, next])).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /^data: .*\/one\/member does not exist, but this member has had data in \/srv\/etcd\. Mount/,
      ),
    });
  });
});

describe("a host stays on its series while", () => {
  test("a member runs a version from which the move is not safe", async () => {
    const two = await members.plan("two");
    await members.start(one, { tree: newest, cluster: [one] });
    await add("two", two.peer);
    await members.start(two, { tree: old, cluster: [one, two] });
    expect(await refusal()).toBe(
      "versions: two runs 3.5.16. Put its transfer back to 3.5 and update it to 3.5.26 or newer: a move to 3.6 from older versions is not safe.",
    );
  });

  test("a member is a learner, started or not", async () => {
    const two = await members.plan("two");
    await members.start(one, { tree: newest, cluster: [one] });
    const id = await add("two", two.peer, "--learner");
    expect(await refusal()).toBe(
      `members: ${id} at ${two.peer} was added and has never started. Start it, or run: etcdctl member remove ${id}.`,
    );
    await members.start(two, { tree: newest, cluster: [one, two] });
    expect(await refusal()).toBe(
      `members: two is a learner. Run: etcdctl member promote ${id}; or remove it.`,
    );
  });

  test("a member does not answer, or none does", async () => {
    const [two, three] = [await members.plan("two"), await members.plan("three")];
    await members.start(one, { tree: newest, cluster: [one] });
    await add("two", two.peer);
    await members.start(two, { tree: newest, cluster: [one, two] });
    await add("three", three.peer);
    await members.start(three, { tree: newest, cluster: [one, two, three] });
    await members.stop(three);
    expect(await refusal()).toMatch(
      new RegExp(`^health: not every member is healthy: ${three.client} is unhealthy: .*\\. Repair it\\.$`),
    );
    await members.stop(two);
    await members.stop(one);
    expect(await refusal()).toMatch(
      /^members: etcdctl member list failed: .*\. Repair etcd, or .*\/etcdctl\.sh\.$/,
    );
  });

  test("a member that was removed is still stored, until etcd is restarted", async () => {
    const id = await plantZombie(members, one, newest);
    expect(await refusal()).toBe(
      `members: ${id} is a zombie: this member has it stored, but it is no member of the cluster. Restart etcd on this host with the newest 3.5, which removes it; never on several hosts at once.`,
    );
    await members.stop(one);
    await members.start(one, { tree: newest, cluster: [one] });
    const host = await hostOfOne();
    expect(await host.check(newest, [version, next])).toMatchObject({ status: 0 });
  });

  test("there are keys in the v2 store", async () => {
    const start = { tree: newest, cluster: [one], flags: ["--enable-v2", "--snapshot-count", "5"] };
    await members.start(one, start);
    const { status } = await fetch(`${one.client}/v2/keys/old`, {
      method: "PUT",
      body: new URLSearchParams({ value: "x" }),
    });
    expect(status).toBe(201);
    for (let n = 0; n < 12; n += 1) await etcdctl(newest, one, "put", "key", `${n}`);
    expect(await refusal()).toMatch(
      /^v2 store: etcdutl check v2store: detected custom content in v2store\. Migrate or remove it \(.*\): etcd 3\.6 cannot read it\.$/,
    );
    const host = await hostOfOne({ variables: "ETCD_V2_DEPRECATION=write-only-skip-check" });
    expect(await host.check(newest, [version, next])).toMatchObject({ status: 0 });
  });

  test("two things are wrong, and it says both", async () => {
    await members.start(one, { tree: newest, cluster: [one] });
    expect(await refusal({ variables: "ETCD_PROXY=off\nETCD_ENABLE_V2=false" })).toMatch(
      /^settings: .*\nsettings: .*$/,
    );
  });
});
