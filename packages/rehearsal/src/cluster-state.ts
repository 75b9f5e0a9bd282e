import { z } from "zod";
import { etcdctl, parseOutput } from "./etcdctl.ts";
import type { Member } from "./members.ts";

/** What a cluster contains at one revision. */
export interface ClusterState {
  /** The revision that the keys are compared at: later ones are those of the writer. */
  revision: number;
  keys: number;
  /** What each member has computed from all keys and values up to that revision. */
  hashes: Readonly<Record<string, string>>;
  /** The lines of `etcdctl member list`. */
  members: readonly string[];
  /** The ids of the leases, in hex. */
  leases: readonly string[];
}

const countSchema = z.object({ Revision: z.coerce.number().int(), Count: z.coerce.number().int() });

/**
 * Reads the state of a cluster, whose members take no writes meanwhile: for seconds with a large database.
 * @param revision an older one to read the keys at; by default the newest
 * @throws KilnError `command-failed`
 */
export async function readState(members: readonly Member[], revision?: number): Promise<ClusterState> {
  const [first] = members;
  if (first === undefined) throw new Error("a cluster without members");
  const at = revision === undefined ? [] : [`--rev=${revision}`];
  const counted = await etcdctl(first, "get", "", "--prefix", "--count-only", "--write-out=fields", ...at);
  const { Revision, Count } = parseOutput(countSchema, `etcdctl get on ${first.name}`, counted, fieldsOf);
  const state = { revision: revision ?? Revision, keys: Count };
  const hashes: Record<string, string> = {};
  // One member after the other: it takes no writes while it computes its hash.
  for (const member of members) hashes[member.name] = await hashOf(member, state.revision);
  return {
    ...state,
    hashes,
    members: lines(await etcdctl(first, "member", "list")).toSorted(),
    // After a line with their number.
    leases: lines(await etcdctl(first, "lease", "list")).slice(1),
  };
}

/** The fields that etcdctl prints as `"Name" : 1`. */
function fieldsOf(text: string): unknown {
  const fields = [...text.matchAll(/^"(\w+)" : (\d+)$/gm)];
  return Object.fromEntries(fields.map(([, name, value]) => [name, value]));
}

const hashSchema = z.tuple([
  z.object({ HashKV: z.object({ hash: z.int(), compact_revision: z.int().default(0) }) }),
]);

async function hashOf(member: Member, revision: number): Promise<string> {
  const text = await etcdctl(member, "endpoint", "hashkv", `--rev=${revision}`, "--write-out=json");
  const [first] = parseOutput(hashSchema, `etcdctl endpoint hashkv on ${member.name}`, text);
  return `${first.HashKV.hash.toString(16)} from revision ${first.HashKV.compact_revision}`;
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** How long leases last, in seconds, by their ids; and the seconds since the cluster started. */
export interface LeaseTimes {
  seconds: ReadonlyMap<string, number>;
  elapsed: number;
}

/**
 * How the data of a cluster differs from what it was; leases that may have expired, as nobody keeps them
 * alive, do not count.
 */
export function dataDifferences(before: ClusterState, after: ClusterState, leases: LeaseTimes): string[] {
  return [
    ...keyDifferences(before, after),
    ...before.members
      .filter((line) => !after.members.includes(line))
      .map((line) => `a member is missing: ${line}`),
    ...after.members
      .filter((line) => !before.members.includes(line))
      .map((line) => `a member is new: ${line}`),
    ...missingLeases(before, after)
      .filter((id) => (leases.seconds.get(id) ?? 0) > leases.elapsed)
      .map((id) => `the lease ${id} is missing, although it has not expired`),
  ];
}

function keyDifferences(before: ClusterState, after: ClusterState): string[] {
  const expected = new Set(Object.values(before.hashes));
  const [hash = ""] = expected;
  const differences = Object.entries(after.hashes)
    .filter(([, found]) => found !== hash)
    .map(([name, found]) => `${name} has other keys or values: hash ${found} instead of ${hash}`);
  if (expected.size > 1) differences.unshift(`the members differed before: ${[...expected].join(" and ")}`);
  if (after.keys !== before.keys) differences.push(`${after.keys} keys instead of ${before.keys}`);
  return differences;
}

function missingLeases(before: ClusterState, after: ClusterState): string[] {
  return before.leases.filter((id) => !after.leases.includes(id));
}

/** What was compared, if nothing differs. */
export function describeData(before: ClusterState, after: ClusterState): string {
  const expired = missingLeases(before, after).length;
  const leases = `${before.leases.length}${expired === 0 ? "" : `, of which ${expired} may have expired`}`;
  return `keys with their values: ${before.keys}; leases: ${leases}; members: ${before.members.length}`;
}
