import { setTimeout as delay } from "node:timers/promises";
import { waitUntil } from "@sysext-kiln/booted-host";
import { formatImageVersion, type Definition } from "@sysext-kiln/extension";
import { transferFile, transferFolder } from "@sysext-kiln/host-config";
import type { Say } from "@sysext-kiln/machine";
import { z } from "zod";
import { attempt, parseOutput, statusOf, tryEtcdctl } from "./etcdctl.ts";
import type { Member, Members, RehearsedImage } from "./members.ts";

/** How one host moved to another image. */
export interface Move {
  host: string;
  seconds: number;
}

/** How all hosts moved, and why not all did. */
export interface Moves {
  moves: readonly Move[];
  problems: readonly string[];
}

const statusSchema = z.object({
  extensions: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      inUse: z.string().nullable(),
      waitingReason: z.string().nullable(),
      fetchFailure: z.string().nullable(),
      refused: z.array(z.object({ image: z.string(), reason: z.string() })),
    }),
  ),
});

/** Within this time a host updates, with its upgrade check and the snapshot. */
const moveTimeoutMs = 3_600_000;

/** What another run may get: the member that was restarted last may not be ready yet. */
const passing =
  /^(the restart lock is held by|not every member (has started|is healthy)|etcd does not answer)/;

/**
 * Lets one host after the other move to an image of the next series, as kiln-host does it; the leader is the
 * last.
 */
export async function upgradeHosts(
  members: Members,
  to: RehearsedImage,
  series: string,
  say: Say,
): Promise<Moves> {
  return await moveHosts(members, async (member) => {
    say(`${member.name}: kiln-host update`);
    await follow(member, to.definition, series, members.baseUrl);
    return await retried(() => update(member, to));
  });
}

/**
 * Lets the data be converted for the previous series, and then one host after the other go back to it, as
 * upstream describes it (https://etcd.io/docs/v3.6/downgrades/downgrade_3_6/); the leader is the last.
 */
export async function rollBackHosts(
  members: Members,
  from: RehearsedImage,
  series: string,
  say: Say,
): Promise<Moves> {
  const [first] = members.all;
  if (first === undefined) throw new Error("a cluster without members");
  for (const member of members.all) await follow(member, from.definition, series, members.baseUrl);
  say(`etcdctl downgrade enable ${series}`);
  let answer = "";
  // The cluster takes some seconds to agree on its version.
  const isValid = async () => {
    const { status, summary } = await tryEtcdctl(first, "downgrade", "validate", series);
    answer = summary;
    return status === 0;
  };
  if (!(await waitUntil(isValid, 60_000)))
    return { moves: [], problems: [`etcdctl downgrade validate ${series} failed: ${answer}`] };
  const enabled = await tryEtcdctl(first, "downgrade", "enable", series);
  if (enabled.status !== 0)
    return { moves: [], problems: [`etcdctl downgrade enable ${series} failed: ${enabled.summary}`] };
  say("waiting until the data is converted");
  for (const member of members.all) {
    let last = "";
    const isConverted = async () => {
      const status = await attempt(() => statusOf(member));
      last = "problem" in status ? status.problem : `its version is ${status.value.storageVersion}`;
      return "value" in status && status.value.storageVersion?.startsWith(`${series}.`) === true;
    };
    if (!(await waitUntil(isConverted, 300_000))) {
      const problem = `the data of ${member.name} was not converted within 5 minutes: ${last}`;
      return { moves: [], problems: [problem] };
    }
  }
  const version = formatImageVersion(from.version);
  return await moveHosts(members, async (member) => {
    say(`${member.name}: kiln-host rollback etcd ${version}`);
    return await retried(() => rollBack(member, version));
  });
}

/** Moves the hosts until one has a problem. @param move returns the problems of one host */
async function moveHosts(members: Members, move: (member: Member) => Promise<string[]>): Promise<Moves> {
  const moves: Move[] = [];
  const left = [...members.all];
  while (left.length > 0) {
    const next = await attempt(() => nextOf(left));
    if ("problem" in next) return { moves, problems: [next.problem] };
    const member = next.value;
    left.splice(left.indexOf(member), 1);
    const started = performance.now();
    const problems = await problemsOf(() => move(member));
    if (problems.length > 0) return { moves, problems };
    // Its snapshots are as large as its data.
    await member.host.run(["sh", "-c", "rm -f /var/lib/etcd-snapshots/*"]);
    moves.push({ host: member.name, seconds: Math.round((performance.now() - started) / 1000) });
  }
  return { moves, problems: [] };
}

async function nextOf(left: readonly Member[]): Promise<Member> {
  for (const member of left) if (!(await statusOf(member)).isLeader) return member;
  const [last] = left;
  if (last === undefined) throw new Error("no member is left");
  return last;
}

async function problemsOf(move: () => Promise<string[]>): Promise<string[]> {
  const result = await attempt(move);
  return "problem" in result ? [result.problem] : result.value;
}

/** Follows a series, as extensions/etcd/README.md says. */
async function follow(
  { host }: Member,
  definition: Definition,
  series: string,
  baseUrl: string,
): Promise<void> {
  const { name } = definition;
  await host.write(
    `${transferFolder(name)}/${name}.conf`,
    transferFile(definition, { baseUrl, series, signed: false }),
  );
}

/** @returns why a host did not update to an image; nothing if it did */
async function update({ name, host }: Member, to: RehearsedImage): Promise<string[]> {
  const { summary } = await host.run(["kiln-host", "update"], { timeoutMs: moveTimeoutMs });
  const { stdout } = await host.run(["kiln-host", "status", "--json"]);
  const status = parseOutput(statusSchema, `kiln-host status --json on ${name}`, stdout);
  const etcd = status.extensions.find((one) => one.name === to.definition.name);
  if (etcd?.inUse === to.name && etcd.state === "settled") return [];
  const log = (await host.run(["cat", "/run/sysext-kiln/last-run.log"])).stdout;
  const refusals = refusalsIn(log);
  if (refusals.length > 0) return refusals;
  const waiting = etcd?.waitingReason ?? etcd?.fetchFailure;
  if (waiting !== undefined && waiting !== null) return [waiting];
  const refused = etcd?.refused.find(({ image }) => image === to.name)?.reason;
  const journal = (await host.journal("etcd.service")).split("\n").slice(-5);
  return [`${name}: ${to.name} ${refused ?? `was not taken: ${summary}`}`, ...journal];
}

/**
 * What the upgrade check of an image printed, in the log of kiln-host's last run; nothing if it allowed the
 * move.
 */
export function refusalsIn(log: string): string[] {
  const [, , output = ""] =
    /^(\S+): upgrade check from \S+ to \S+: status [1-9]\d* ([^]*?)\n\1: /m.exec(log) ?? [];
  return output.split("\n").filter((line) => line !== "");
}

async function rollBack({ name, host }: Member, version: string): Promise<string[]> {
  const { status, stderr, summary } = await host.run(["kiln-host", "rollback", "etcd", version], {
    timeoutMs: moveTimeoutMs,
  });
  if (status === 0) return [];
  const reason = /^etcd: not now: (.*)$/m.exec(stderr)?.[1];
  return [reason ?? `${name} did not roll back: ${summary}`];
}

async function retried(move: () => Promise<string[]>): Promise<string[]> {
  let problems = await move();
  for (let retries = 0; retries < 3 && passing.test(problems[0] ?? ""); retries += 1) {
    await delay(5000);
    problems = await move();
  }
  return problems;
}
