import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { suiteOfSystemd } from "@sysext-kiln/booted-host";
import { formatImageVersion } from "@sysext-kiln/extension";
import { cacheDirectory, makeFolder, runPhase, withWorkFolder, type Say } from "@sysext-kiln/machine";
import { dataDifferences, describeData, readState, type ClusterState } from "./cluster-state.ts";
import { attempt, etcdctl, type Attempt } from "./etcdctl.ts";
import { bootMembers } from "./members.ts";
import { rollBackHosts, upgradeHosts, type Move } from "./moves.ts";
import { notRehearsed } from "./not-rehearsed.ts";
import type { RehearsalOptions } from "./options.ts";
import { openChecks, type Checks, type RehearsedSnapshot, type Report } from "./report.ts";
import { generateSnapshot, restoreMembers } from "./restore.ts";
import { copySnapshot } from "./snapshot/copy-snapshot.ts";
import { readSnapshot, type Snapshot } from "./snapshot/snapshot.ts";
import { storedMemberProblems } from "./snapshot/stored-members.ts";
import { terminable } from "./termination.ts";
import { startWriter } from "./writer.ts";
import { checkWrites } from "./writes.ts";

/** What a rehearsal of the cluster itself has found. */
interface ClusterFindings {
  snapshot: RehearsedSnapshot;
  upgraded: readonly Move[];
  rolledBack: readonly Move[];
  writes: Report["writes"];
}

const writerPrefix = "/sysext-kiln/rehearsal/";

/**
 * Rehearses a move of etcd to the next series, on three hosts with a user's data. Nothing is left
 * behind, even if a signal ends it.
 * @throws KilnError `service-unhealthy` and others, if the rehearsal itself fails
 */
export async function rehearse(options: RehearsalOptions): Promise<Report> {
  const started = performance.now();
  const { data, cluster, systemd, from, to } = options;
  const checks = openChecks();
  const report = (findings: ClusterFindings): Report => {
    const all = checks.all();
    return {
      verdict: all.every(({ result }) => result === "passed") ? "safe" : "not safe",
      extension: from.definition.name,
      from: formatImageVersion(from.version),
      to: formatImageVersion(to.version),
      systemd,
      ...findings,
      checks: all,
      notRehearsed: notRehearsed(options),
      seconds: Math.round((performance.now() - started) / 1000),
    };
  };
  if ("snapshot" in data && !checkStoredMembers(checks, data.snapshot, cluster))
    return report({ snapshot: described(data.snapshot), upgraded: [], rolledBack: [], writes: undefined });
  const parent = cacheDirectory("work");
  await makeFolder(parent);
  return await terminable((terminated) =>
    withWorkFolder({ parent }, async (folder) =>
      report(await rehearseCluster(options, { checks, folder, terminated })),
    ),
  );
}

interface Surroundings {
  checks: Checks;
  folder: string;
  /** Rejected by a signal. */
  terminated: Promise<never>;
}

async function rehearseCluster(
  options: RehearsalOptions,
  { checks, folder, terminated }: Surroundings,
): Promise<ClusterFindings> {
  const { data, from, to, series, settings, systemd, credentials, reporter, cluster } = options;
  const phase = <T>(title: string, work: (say: Say) => Promise<T>) =>
    runPhase(reporter, title, (say) => Promise.race([terminated, work(say)]));
  const shared = join(folder, "shared/snapshot.db");
  if ("snapshot" in data)
    await phase(`copy ${data.snapshot.path}`, async (say) => {
      await mkdir(dirname(shared), { recursive: true, mode: 0o700 });
      await copySnapshot(data.snapshot, shared, say);
    });
  await using stack = new AsyncDisposableStack();
  const suite = suiteOfSystemd[systemd];
  // A signal waits for this: what has been booted can only be stopped once it is there.
  const members = await runPhase(reporter, `boot three hosts with systemd ${systemd}`, async (say) =>
    stack.use(await bootMembers({ ...options, suite, series: series.from, folder, say })),
  );
  const [first] = members.all;
  if (first === undefined) throw new Error("a cluster without members");
  const generate = async (keys: number, say: Say) => {
    await generateSnapshot(first, keys, say);
    return { ...(await readSnapshot(shared, say)), path: undefined };
  };
  const snapshot =
    "snapshot" in data
      ? data.snapshot
      : await phase(`generate ${data.keys} keys`, (say) => generate(data.keys, say));
  if (!("snapshot" in data)) checkStoredMembers(checks, snapshot, cluster);

  const loaded = performance.now();
  const before = await phase(`restore it with etcd ${formatImageVersion(from.version)}`, async (say) => {
    await restoreMembers(members.all, { settings, size: snapshot.size }, say);
    // A snapshot that was taken during an update contains the lock of the host that updated.
    await etcdctl(first, "del", "/sysext-kiln/restart");
    say("reading keys, leases and members");
    return await readState(members.all);
  });
  const findings = { snapshot: described(snapshot, before), upgraded: [], rolledBack: [], writes: undefined };

  const endpoints = members.all.map(({ client }) => client);
  const writer = stack.use(
    await startWriter(members.clients, { endpoints, credentials, prefix: writerPrefix }),
  );
  const compare = async (name: "data after the upgrade" | "data after the rollback", say: Say) => {
    say("comparing keys, leases and members");
    // Reading all keys delays writes, which is no pause that the move causes.
    writer.pause();
    const result = await attempt(() => readState(members.all, before.revision));
    if ("problem" in result) {
      checks.add(name, [result.problem], "");
      return;
    }
    const after = result.value;
    const elapsed = (performance.now() - loaded) / 1000;
    const leases = { seconds: snapshot.leases, elapsed };
    checks.add(name, dataDifferences(before, after, leases), describeData(before, after));
  };

  writer.begin("the upgrade");
  const upgrade = await phase(`upgrade to ${formatImageVersion(to.version)}`, async (say) => {
    const moved = await upgradeHosts(members, to, series.to, say);
    if (checks.add("upgrade", moved.problems, describeMoves(moved.moves)))
      await compare("data after the upgrade", say);
    return moved;
  });
  if (upgrade.problems.length > 0) return { ...findings, upgraded: upgrade.moves };

  writer.begin("the rollback");
  const rollback = await phase(`roll back to ${formatImageVersion(from.version)}`, async (say) => {
    const moved = await rollBackHosts(members, from, series.from, say);
    if (checks.add("rollback", moved.problems, describeMoves(moved.moves)))
      await compare("data after the rollback", say);
    return moved;
  });
  const moves = { upgraded: upgrade.moves, rolledBack: rollback.moves };
  if (rollback.problems.length > 0) return { ...findings, ...moves };

  const writes = await phase("check the writes", async () => {
    const seen = await writer.stop();
    const stored = new Map<string, Attempt<string>>();
    for (const member of members.all) {
      const read = () => etcdctl(member, "get", "--prefix", writerPrefix, "--print-value-only");
      stored.set(member.name, await attempt(read));
    }
    return checkWrites(checks, stored, seen, options);
  });
  return { ...findings, ...moves, writes };
}

function checkStoredMembers(
  checks: Checks,
  snapshot: Pick<Snapshot, "members" | "removed">,
  cluster: readonly string[] | undefined,
): boolean {
  const list = snapshot.members.map(({ id, name }) => `${id} ${name}`).join(", ");
  const compared = cluster === undefined ? "" : "; they are those of the cluster";
  return checks.add("stored members", storedMemberProblems(snapshot, cluster), `${list}${compared}`);
}

function described(
  snapshot: Omit<Snapshot, "path"> & { path: string | undefined },
  state?: ClusterState,
): RehearsedSnapshot {
  const { path, size, members, leases, hasAuthentication } = snapshot;
  return {
    path,
    size,
    keys: state?.keys,
    revision: state?.revision,
    members: members.map(({ id, name }) => `${id} ${name}`),
    leases: leases.size,
    hasAuthentication,
  };
}

function describeMoves(moves: readonly Move[]): string {
  return moves.map(({ host, seconds }) => `${host} in ${seconds} s`).join(", ");
}
