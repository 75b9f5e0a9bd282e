import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, tryRun } from "@sysext-kiln/machine";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { compileEtcd, newestSeries } from "./etcd-go.ts";
import { makeHost } from "./etcd-hooks.ts";
import { etcdctl, openMembers, type Member, type Members } from "./etcd-members.ts";

// Needs a module proxy and Debian, as KILN_DEBIAN_MIRROR and GOPROXY configure them.

let built: string;
/** The series that upstream maintains, the oldest first: the newest version of each, and the tree of its programs. */
let series: readonly { version: string; tree: string }[];
beforeAll(async () => {
  built = await mkdtemp(join(tmpdir(), "kiln-etcd-series-"));
  const versions = await newestSeries(built);
  const trees = [];
  // One after the other: the compiler takes all of the machine.
  for (const version of versions) trees.push({ version, tree: await compileEtcd(built, version) });
  series = trees;
});
afterAll(() => rm(built, { recursive: true }));

let members: Members;
let one: Member;
let two: Member;
beforeEach(async () => {
  members = await openMembers();
  one = await members.plan("one");
  two = await members.plan("two");
});
afterEach(() => members[Symbol.asyncDispose]());

function seriesAt(index: number): { version: string; tree: string } {
  const found = series[index];
  if (found === undefined) throw new Error(`upstream has no series at ${index}`);
  return found;
}

/** The flags that a version of etcd lists in its help. */
async function flagsOf(tree: string): Promise<string[]> {
  const help = await run(join(tree, "usr/local/bin/etcd"), ["--help"]);
  return [...help.matchAll(/^\s+--([a-z0-9-]+)/gm)].map(([, flag = ""]) => flag);
}

/** Whether a version of etcd knows a flag. Its help is no proof: that of 3.7 lists two that it does not know. */
async function knows(tree: string, flag: string): Promise<boolean> {
  const { stderr } = await tryRun(join(tree, "usr/local/bin/etcd"), [`--${flag}=x`, "--version"]);
  return !stderr.includes("flag provided but not defined");
}

const variableOf = (flag: string) => `ETCD_${flag.toUpperCase().replaceAll("-", "_")}`;

describe.each([0, 1])("a move from series %i to the next", (index) => {
  test("is refused for each setting that the next series does not know any more, and for no other", async () => {
    const [from, to] = [seriesAt(index), seriesAt(index + 1)];
    await members.start(one, { tree: from.tree, cluster: [one] });
    const ownSettings = new Set(["name", "data-dir", "wal-dir", "config-file"]);
    const flags = (await flagsOf(from.tree)).filter((flag) => !ownSettings.has(flag));
    const dropped: string[] = [];
    const kept: string[] = [];
    for (const flag of flags) ((await knows(to.tree, flag)) ? kept : dropped).push(variableOf(flag));
    expect(dropped.length).toBeGreaterThan(5);
    expect(kept.length).toBeGreaterThan(50);
    const variables = [...dropped, ...kept].map((name) => `${name}=x`).join("\n");
    const host = await makeHost(members.folder, { member: one, variables });
    const { status, stderr } = await host.check(from.tree, [from.version, to.version]);
    expect(status).toBe(1);
    const found = [...stderr.matchAll(/^settings: \S+ sets (\w+)=x, which etcd [\d.]+ does not have\. /gm)];
    expect(new Set(found.map(([, name]) => name))).toEqual(new Set(dropped));
  });
});

/** Checks the move of a member, and restarts it with the other version. */
async function move(member: Member, from: number, to: number): Promise<void> {
  const host = await makeHost(members.folder, { member });
  const outcome = await host.check(seriesAt(from).tree, [seriesAt(from).version, seriesAt(to).version]);
  expect(outcome).toMatchObject({ status: 0, stdout: expect.stringMatching(/^snapshot: /) });
  await members.stop(member);
  await members.start(member, { tree: seriesAt(to).tree, cluster: [one, two] });
}

/** A member whose log was written by 3.5 must not move to 3.7, which could not read it, before it is restarted. */
async function restartAfterRefusal(member: Member): Promise<void> {
  const [from, to] = [seriesAt(1), seriesAt(2)];
  const host = await makeHost(members.folder, { member });
  expect(await host.check(from.tree, [from.version, to.version])).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(
      /^log: \S+\/wal has entries that etcd 3\.5 wrote, which 3\.7 cannot read\. Restart etcd on one host/,
    ),
  });
  await members.stop(member);
  await members.start(member, { tree: from.tree, cluster: [one, two] });
}

/** Waits until both members run a series, and have their data in its format. */
async function settled(index: number): Promise<void> {
  const { version, tree } = seriesAt(index);
  const stored = version.split(".").slice(0, 2).join(".");
  for (const member of [one, two])
    await expect
      .poll(async () => (await etcdctl(tree, member, "endpoint", "status", "-w", "json")).stdout, {
        timeout: 60_000,
      })
      .toMatch(new RegExp(`"version":"${version}".*"storageVersion":"${stored}\\.0"`));
}

describe("a cluster of two", () => {
  test("moves through all series one member at a time, and back once etcd has converted its data", async () => {
    const oldest = seriesAt(0);
    await members.start(one, { tree: oldest.tree, cluster: [one] });
    await expect
      .poll(
        async () => (await etcdctl(oldest.tree, one, "member", "add", "two", "--peer-urls", two.peer)).status,
        { timeout: 30_000 },
      )
      .toBe(0);
    await members.start(two, { tree: oldest.tree, cluster: [one, two] });
    expect(await etcdctl(oldest.tree, one, "put", "key", "value")).toMatchObject({ status: 0 });
    for (const index of [0, 1]) {
      await move(one, index, index + 1);
      await move(two, index, index + 1);
      await settled(index + 1);
      if (index === 0) for (const member of [one, two]) await restartAfterRefusal(member);
    }

    const [newer, older] = [seriesAt(2), seriesAt(1)];
    const to = older.version.split(".").slice(0, 2).join(".");
    const host = await makeHost(members.folder, { member: one });
    const back = () => host.check(newer.tree, [newer.version, older.version]);
    const refused = await back();
    expect(refused.status).toBe(1);
    const reason = (member: Member) =>
      `downgrade: the data of ${member.client} cannot be used by ${to}. Run: etcdctl downgrade validate ${to}, then etcdctl downgrade enable ${to}.`;
    expect(refused.stderr.split("\n").toSorted()).toEqual([one, two].map(reason).toSorted());
    expect(await etcdctl(newer.tree, one, "downgrade", "enable", to)).toMatchObject({ status: 0 });
    await expect.poll(async () => (await back()).status, { timeout: 60_000 }).toBe(0);
    await move(one, 2, 1);
    await move(two, 2, 1);
    expect((await etcdctl(older.tree, two, "get", "--print-value-only", "key")).stdout).toBe("value");
  });
});
