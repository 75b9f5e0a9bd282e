import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeHost, refusalOf, type HostOptions } from "./etcd-hooks.ts";
import { openMembers, unpackEtcd, type Member, type Members } from "./etcd-members.ts";

/** The tree of an image with Debian's newest etcd. */
let tree: string;
let built: string;
let version: string;
beforeAll(async () => {
  built = await mkdtemp(join(tmpdir(), "kiln-etcd-settings-"));
  tree = await unpackEtcd(built, "--from", "debian");
  version = /etcd Version: (\S+)/.exec(await run(join(tree, "usr/local/bin/etcd"), ["--version"]))?.[1] ?? "";
});
afterAll(() => rm(built, { recursive: true }));

let members: Members;
let one: Member;
beforeEach(async () => {
  members = await openMembers();
  one = await members.plan("one");
  await members.start(one, { tree, cluster: [one] });
});
afterEach(() => members[Symbol.asyncDispose]());

const next = "3.6.16";

/** The host of the member `one`. */
function hostOfOne(options: Partial<HostOptions> = {}) {
  return makeHost(members.folder, { member: one, ...options });
}

/** Checks a move of the member `one` to 3.6, and returns why it is refused. */
async function refusal(options: Partial<HostOptions> = {}): Promise<string> {
  return refusalOf(await hostOfOne(options), tree, [version, next]);
}

describe("a host stays on its series while a setting is dropped by the next one", () => {
  test.each([
    ['ETCD_ENABLE_V2="true"', "ETCD_ENABLE_V2=true"],
    ["  ETCD_PROXY_READ_TIMEOUT = 5000".replaceAll(" = ", "="), "ETCD_PROXY_READ_TIMEOUT=5000"],
    ["ETCD_V2_DEPRECATION=not-yet", "ETCD_V2_DEPRECATION=not-yet"],
    ["ETCD_EXPERIMENTAL_ENABLE_V2V3=/v2", "ETCD_EXPERIMENTAL_ENABLE_V2V3=/v2"],
  ])("in etcd.env: %s", async (variables, found) => {
    expect(await refusal({ variables })).toMatch(
      new RegExp(
        `^settings: \\S+/etcd\\.env sets ${found}, which etcd 3\\.6 does not have\\. Remove it, and restart etcd\\.$`,
      ),
    );
  });

  test.each(["enable-v2: true", "'proxy': 'off'", '{"name": "one", "proxy": "off"}'])(
    "in a configuration file: %s",
    async (text) => {
      const file = join(members.folder, "etcd.yml");
      await writeFile(
        file,
        `# enable-v2: true\n${text.startsWith("{") ? "" : `name: one\ndata-dir: ${members.folder}/one\n`}${text}\n`,
      );
      expect(await refusal({ variables: `ETCD_CONFIG_FILE=${file}` })).toMatch(
        /^settings: \S+\/etcd\.yml sets ETCD_(ENABLE_V2=true|PROXY=off), which etcd 3\.6 does not have\./,
      );
    },
  );

  test("in a drop-in of its unit, as a flag or a variable", async () => {
    const host = await hostOfOne();
    host.unit = host.unit
      .replace(
        "argv[]=/usr/local/bin/etcd",
        "argv[]=/usr/local/bin/etcd --enable-v2 --proxy=off --proxy-dial-timeout 5",
      )
      .replace("Environment=", 'Environment="ETCD_PROXY_REFRESH_INTERVAL=9" ');
    const { status, stderr } = await host.check(tree, [version, next]);
    expect(status).toBe(1);
    expect(stderr.split("\n").map((line) => line.replace(/, which.*/, ""))).toEqual([
      "settings: Environment= of etcd.service sets ETCD_PROXY_REFRESH_INTERVAL=9",
      "settings: ExecStart= of etcd.service sets ETCD_ENABLE_V2=true",
      "settings: ExecStart= of etcd.service sets ETCD_PROXY=off",
      "settings: ExecStart= of etcd.service sets ETCD_PROXY_DIAL_TIMEOUT=5",
    ]);
  });

  test("but not for others, or for comments", async () => {
    const variables =
      "# ETCD_ENABLE_V2=true\n;ETCD_PROXY=off\nETCD_PROXY=\nETCD_EXPERIMENTAL_WARNING_APPLY_DURATION=1s\nETCD_MAX_WALS=5";
    const host = await hostOfOne({ variables });
    expect(await host.check(tree, [version, next])).toMatchObject({ status: 0 });
  });
});

describe("a snapshot that cannot be taken keeps a host on its series, and leaves nothing behind:", () => {
  test("a full disk", async () => {
    const host = await hostOfOne();
    const { status, stderr } = await host.check(tree, [version, next], { disk: "1m" });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^snapshot: \S+\/snapshots has 1 MiB left, and needs 256\. Make room, or make it a link to a folder on another disk\.$/,
    );
  });

  test.each([
    [
      "a byte is wrong",
      'printf x | dd of="$4" bs=1 seek=9000 conv=notrunc status=none',
      /its digest is \w{64}, and should be \w{64}/,
    ],
    ["it is too short", 'truncate --size=-4096 "$4"', /its digest is/],
    [
      "a page is wrong",
      'head -c 12288 /dev/urandom | dd of="$4" bs=4096 seek=2 conv=notrunc status=none; d=$(head -c -32 "$4" | sha256sum); truncate --size=-32 "$4"; printf "%b" "$(printf %s "${d%% *}" | sed "s/../\\\\\\\\x&/g")" >>"$4"',
      /damaged: /,
    ],
  ])("one in which %s", async (_, damage, found) => {
    const more = join(members.folder, "more");
    await mkdir(more);
    const real = join(tree, "usr/local/bin/etcdctl");
    await writeFile(
      join(more, "etcdctl"),
      `#!/bin/bash\n${real} "$@" || exit\n[ "$1 $2" != "snapshot save" ] || { set -- "$0" "$@"; ${damage}; }\n`,
    );
    await chmod(join(more, "etcdctl"), 0o755);
    const host = await hostOfOne();
    const { status, stderr } = await host.check(tree, [version, next], { more });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^snapshot: the snapshot of http:\S+ is damaged: /);
    expect(stderr).toMatch(found);
    expect(await readdir(host.snapshots)).toEqual([]);
  });

  test("a folder that cannot be written", async () => {
    const host = await hostOfOne();
    await symlink("/proc/nothing", host.snapshots);
    const { status, stderr } = await host.check(tree, [version, next]);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^snapshot: \S+\/snapshots cannot be used: .*\. Repair it, or make it a link to another folder\.$/,
    );
  });
});
