import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { nativeArchitecture } from "@sysext-kiln/extension";
import { run } from "@sysext-kiln/machine";
import { describeOnHosts, startGitHub, type GitHub, startProcess } from "@sysext-kiln/testbed";
import { suiteOfSystemd, systemdVersions } from "@sysext-kiln/booted-host";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { imageIn, offerBothSeries } from "./etcd-both-series.ts";
import { etcdctl, openMembers, plantZombie } from "./etcd-members.ts";
import { leftoversOf } from "./leftovers.ts";
import { main } from "./paths.ts";

let folder: string;
let github: GitHub;
let definitions: string;
/** The programs of Debian's newest 3.5. */
let tree: string;
/** Images of that, of upstream's newest 3.6, and of a version from which a move to 3.6 is not safe. */
let older: string;
let newer: string;
let unsafe: string;
let kilnHost: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-rehearse-"));
  github = await startGitHub();
  const both = await offerBothSeries(folder, github);
  ({ definitions, olderTree: tree } = both);
  const build = async (version: string, ...options: string[]) => {
    const output = join(folder, version);
    const words = ["build", "etcd", version, "--arch", nativeArchitecture(), "--output", output, ...options];
    await run(process.execPath, [main, ...words], { env: github.environment });
    return await imageIn(output);
  };
  const fromGitHub = ["--extensions", definitions, "--from", "github"];
  older = await build(both.older, ...fromGitHub);
  newer = await build(both.newer, ...fromGitHub);
  unsafe = await build("3.5.16", "--from", "debian");
  const output = join(folder, "kiln-host");
  await run(process.execPath, [
    main,
    "build",
    "kiln-host",
    "--arch",
    nativeArchitecture(),
    "--output",
    output,
  ]);
  kilnHost = await imageIn(output);
});
afterAll(async () => {
  await github[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const reportSchema = z.object({
  verdict: z.enum(["safe", "not safe"]),
  snapshot: z.object({ keys: z.int().optional(), leases: z.int(), members: z.array(z.string()) }),
  checks: z.array(z.object({ name: z.string(), result: z.string(), details: z.array(z.string()) })),
  writes: z.object({ acknowledged: z.int(), lost: z.int(), longestGapSeconds: z.number() }).optional(),
  notRehearsed: z.array(z.string()),
});

/**
 * Starts `kiln rehearse`. The processes that it starts have the mark in their environment, but not those of its
 * hosts, which are in control groups.
 */
function start(options: readonly string[], mark: string = randomUUID()) {
  const words = [
    main,
    "--extensions",
    definitions,
    "rehearse",
    "etcd",
    "--json",
    "--max-gap",
    "60",
    ...options,
  ];
  return startProcess(process.execPath, words, {
    reject: false,
    env: { KILN_TEST_MARK: mark, ...github.environment },
  });
}

async function rehearse(systemd: string, ...options: string[]) {
  const { exitCode, stdout, stderr } = await start(["--systemd", systemd, ...options]);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: expect.toBeOneOf([0, 3]) });
  const json: unknown = JSON.parse(stdout);
  const report = reportSchema.parse(json);
  const failed = report.checks.filter(({ result }) => result === "failed");
  return { status: exitCode, stderr, report, problems: failed.flatMap(({ details }) => details) };
}

/** Takes a snapshot of a cluster with a key, two leases, a held restart lock, and authentication. */
async function takeSnapshot(name: string): Promise<string> {
  const path = join(folder, name);
  await using members = await openMembers();
  const one = await members.plan("one");
  await members.start(one, { tree, cluster: [one] });
  const lease = /^lease (\w+)/.exec((await etcdctl(tree, one, "lease", "grant", "3600")).stdout)?.[1] ?? "";
  for (const words of [
    ["put", "kept", "value", "--lease", lease],
    ["lease", "grant", "60"],
    // As in a snapshot that a host takes while it updates.
    ["put", "/sysext-kiln/restart", "another host"],
    ["user", "add", "root:it's secret"],
    ["user", "grant-role", "root", "root"],
    ["auth", "enable"],
    ["snapshot", "save", path, "--user", "root:it's secret"],
  ])
    expect(await etcdctl(tree, one, ...words)).toMatchObject({ status: 0 });
  return path;
}

describeOnHosts.once("a rehearsal of the move from 3.5 to 3.6", (suite) => {
  const systemd = systemdVersions.find((version) => suiteOfSystemd[version] === suite) ?? "";

  test("upgrades the user's data and rolls back, with authentication enabled", async () => {
    const env = join(folder, "etcd.env");
    const settings = [
      "ETCD_NAME=prod",
      "ETCD_CERT_FILE=/etc/etcd/pki/server.crt",
      "ETCD_SNAPSHOT_COUNT=5000",
    ];
    await writeFile(env, `${settings.join("\n")}\n`);
    const password = join(folder, "password");
    await writeFile(password, "it's secret\n", { mode: 0o600 });
    const images = ["--from", "3.5", "--to", "3.6", "--upstream", "github"];
    const files = ["--snapshot", await takeSnapshot("data.db"), "--env", env, "--password-file", password];
    const { status, report, problems } = await rehearse(systemd, ...images, ...files);
    expect(problems).toEqual([]);
    expect(report).toMatchObject({ verdict: "safe", snapshot: { keys: 1, leases: 2 }, writes: { lost: 0 } });
    expect(report.writes?.acknowledged).toBeGreaterThan(100);
    expect(report.writes?.longestGapSeconds).toBeGreaterThan(0);
    const details = Object.fromEntries(report.checks.map((check) => [check.name, check.details[0]]));
    const compared = expect.stringMatching(/^keys with their values: 1; leases: [12].*; members: 3$/);
    expect(details).toMatchObject({
      "data after the upgrade": compared,
      "data after the rollback": compared,
    });
    expect(report.notRehearsed).toContain("the values of ETCD_NAME, ETCD_CERT_FILE");
    expect(status).toBe(0);
  });

  test.concurrent("reports a password that the cluster does not accept", async () => {
    const password = join(folder, "wrong");
    await writeFile(password, "guess\n");
    const files = ["--snapshot", await takeSnapshot("locked.db"), "--password-file", password];
    const { exitCode, stderr } = await start([
      "--systemd",
      systemd,
      "--from",
      older,
      "--to",
      newer,
      ...files,
    ]);
    expect(stderr).toContain("error (usage): expected --user and --password-file to be those of a user with");
    expect(stderr).toContain("authentication failed, invalid user ID or password");
    expect(exitCode).toBe(2);
  });

  test.concurrent("finds a setting that the next series does not have", async () => {
    const env = join(folder, "dropped.env");
    await writeFile(env, "ETCD_ENABLE_V2=true\n");
    const options = ["--from", older, "--to", newer, "--kiln-host", kilnHost, "--keys", "1000", "--env", env];
    const { status, report, problems } = await rehearse(systemd, ...options);
    expect(problems).toEqual([
      "settings: /etc/etcd/etcd.env sets ETCD_ENABLE_V2=true, which etcd 3.6 does not have. Remove it, and restart etcd.",
    ]);
    expect(report.verdict).toBe("not safe");
    expect(status).toBe(3);
  });

  test.concurrent("finds a version from which the move is not safe", async () => {
    const { status, problems } = await rehearse(
      systemd,
      "--from",
      unsafe,
      "--to",
      newer,
      "--kiln-host",
      kilnHost,
      "--keys",
      "1000",
    );
    const versions = problems.filter((problem) => problem.startsWith("versions: "));
    expect(versions).toHaveLength(3);
    expect(versions[0]).toMatch(/^versions: \w+ runs 3\.5\.16\. Put its transfer back to 3\.5 and update it/);
    expect(status).toBe(3);
  });

  test.concurrent("finds a zombie member in the snapshot, with the list of members, and without it if it shows", async () => {
    await using members = await openMembers();
    const one = await members.plan("one");
    const id = await plantZombie(members, one, tree);
    const [snapshot, list] = [join(folder, "zombie.db"), join(folder, "members.txt")];
    await etcdctl(tree, one, "snapshot", "save", snapshot);
    await writeFile(list, (await etcdctl(tree, one, "member", "list")).stdout);
    const options = ["--from", older, "--to", newer, "--snapshot", snapshot];
    const known = await rehearse(systemd, ...options, "--member-list", list);
    expect(known.problems).toEqual([
      expect.stringMatching(
        new RegExp(`^${id} is a zombie: it is stored, but is not a member of the cluster\\. `),
      ),
    ]);
    expect(known.status).toBe(3);
    const unknown = await rehearse(systemd, ...options);
    expect(unknown.problems).toEqual([expect.stringMatching(new RegExp(`^${id} is stored as a learner\\.`))]);
    expect(unknown.status).toBe(3);
  });

  test("leaves nothing behind when a signal ends it", async () => {
    const mark = randomUUID();
    const child = start(["--systemd", systemd, "--from", older, "--to", newer, "--keys", "1000"], mark);
    const { promise: upgrading, resolve } = Promise.withResolvers<void>();
    createInterface({ input: child.stderr }).on("line", (line) => {
      if (line.includes("kiln-host update")) resolve();
    });
    await Promise.race([upgrading, child]);
    const everything = { workFolders: true, controlGroups: true, processes: true, mounts: true };
    expect(await leftoversOf(child.pid, mark)).toEqual(everything);
    child.kill("SIGTERM");
    expect(await child).toMatchObject({ signal: "SIGTERM" });
    const nothing = { workFolders: false, controlGroups: false, processes: false, mounts: false };
    expect(await leftoversOf(child.pid, mark)).toEqual(nothing);
  });
});
