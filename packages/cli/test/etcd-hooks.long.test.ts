import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, type Outcome } from "@sysext-kiln/machine";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { runHook } from "./etcd-hooks.ts";
import { etcdctl, openMembers, unpackEtcd, type Member, type Members } from "./etcd-members.ts";

let built: string;
/** The tree of the image, with its programs and hooks. */
let tree: string;
beforeAll(async () => {
  built = await mkdtemp(join(tmpdir(), "kiln-etcd-hooks-"));
  tree = await unpackEtcd(built);
});
afterAll(() => rm(built, { recursive: true }));

let members: Members;
let one: Member;
let two: Member;
beforeEach(async () => {
  members = await openMembers();
  one = await members.plan("one");
  two = await members.plan("two");
  await startMember(one, [one]);
});
afterEach(() => members[Symbol.asyncDispose]());

const startMember = (member: Member, cluster: readonly Member[]) => members.start(member, { tree, cluster });

/** Runs a hook on a member's host, whose operator has more in etcdctl.sh. */
function hook(
  name: string,
  { member = one, more = "", host = "one" }: { member?: Member; more?: string; host?: string } = {},
): Promise<Outcome> {
  const settings = `export ETCDCTL_ENDPOINTS=${member.client}\n${more}`;
  return runHook(members.folder, { tree, hook: name, settings, host });
}

const succeeded = { status: 0, stderr: "" };

describe("what an operator writes for shells", () => {
  test.each([
    [
      "tests a variable that is not set",
      '[ "$SOME_VARIABLE" = yes ] && export ETCDCTL_ENDPOINTS=http://other:1',
    ],
    ["makes etcdctl print tables", "export ETCDCTL_WRITE_OUT=table"],
    ["makes etcdctl print JSON", "export ETCDCTL_WRITE_OUT=json ETCDCTL_HEX=true"],
    ["makes etcdctl print what it does", "export ETCDCTL_DEBUG=true"],
    ["chooses the oldest API", "export ETCDCTL_API=2"],
    ["prints a greeting and reads the terminal", "echo hello; read -r answer"],
    ["ends the shell", "exit 3"],
    ["lets the shell end on a failure", "set -eu; false"],
    ["is no valid shell after its settings", "if then"],
  ])("changes no hook if it %s", async (_, more) => {
    expect(await hook("health", { more })).toMatchObject(succeeded);
    expect(await hook("restart-lock acquire", { more })).toMatchObject(succeeded);
    expect(await holder()).toMatch(/^one \w{32}$/);
    expect(await hook("restart-lock release", { more })).toMatchObject(succeeded);
    expect(await holder()).toBe("");
  });

  test("is needed: without it no update restarts etcd", async () => {
    const missing = /^\S+\/etcdctl\.sh, which says how to reach etcd, is missing$/;
    for (const [name, status] of [
      ["health", 1],
      ["restart-lock acquire", 75],
    ] as const)
      expect(await runHook(members.folder, { tree, hook: name })).toMatchObject({
        status,
        stderr: expect.stringMatching(missing),
      });
  });
});

test("the health check fails while the member does not answer, and says why", async () => {
  await members.stop(one);
  expect(await hook("health")).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("connection refused"),
  });
});

test("the restart lock keeps nothing waiting if the image with etcdctl is gone", async () => {
  const programs = join(members.folder, "programs");
  await mkdir(programs);
  for (const name of ["unshare", "sh", "hostname", "dirname", "uname", "cat", "sed", "grep", "env"])
    await symlink((await run("which", [name])).trim(), join(programs, name));
  const settings = `export ETCDCTL_ENDPOINTS=${one.client}`;
  const asked = await runHook(members.folder, { tree, hook: "restart-lock acquire", settings, programs });
  expect(asked).toMatchObject({ status: 1, stderr: "etcdctl is missing" });
});

describe("a learner", () => {
  /** Its id in the cluster. */
  let id: string;
  beforeEach(async () => {
    const added = await etcdctl(tree, one, "member", "add", "two", "--learner", "--peer-urls", two.peer);
    id = /^Member +(\w+) added/.exec(added.stdout)?.[1] ?? "";
    if (id === "") throw new Error(`etcd did not add the learner: ${added.stderr}`);
  });

  test("blocks no other member, whether it has started or not", async () => {
    expect(await hook("restart-lock acquire")).toMatchObject(succeeded);
    await hook("restart-lock release");
    await startMember(two, [one, two]);
    expect(await hook("restart-lock acquire")).toMatchObject(succeeded);
  });

  test("is healthy, and needs no lock to restart", async () => {
    await startMember(two, [one, two]);
    await hook("restart-lock acquire");
    expect(await hook("health", { member: two, host: "two" })).toMatchObject(succeeded);
    expect(await hook("restart-lock acquire", { member: two, host: "two" })).toMatchObject(succeeded);
    expect(await hook("restart-lock release", { member: two, host: "two" })).toMatchObject(succeeded);
    expect(await holder()).toMatch(/^one /);
  });

  test("that was promoted votes; while another such member has not started, no member may restart", async () => {
    await startMember(two, [one, two]);
    await succeedSoon("member", "promote", id);
    expect(await hook("restart-lock acquire", { member: two, host: "two" })).toMatchObject(succeeded);
    expect(await hook("restart-lock acquire")).toMatchObject({ status: 75 });
    await hook("restart-lock release", { member: two, host: "two" });

    await succeedSoon("member", "add", "three", "--peer-urls", "http://127.0.0.1:1");
    expect(await hook("restart-lock acquire")).toMatchObject({
      status: 75,
      stderr: expect.stringMatching(/^not every member has started: \w+ at http:\/\/127\.0\.0\.1:1$/),
    });
    expect(await holder()).toBe("");
  });
});

/** What the restart lock says about its holder; nothing if it is free. */
async function holder(): Promise<string> {
  return (await etcdctl(tree, one, "get", "--print-value-only", "/sysext-kiln/restart")).stdout;
}

/** Runs etcdctl until it succeeds: a change of the members may have to wait for an earlier one. */
async function succeedSoon(...args: string[]): Promise<void> {
  await expect.poll(async () => (await etcdctl(tree, one, ...args)).status, { timeout: 30_000 }).toBe(0);
}
