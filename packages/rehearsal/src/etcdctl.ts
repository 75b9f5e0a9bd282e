import { isKilnError, KilnError } from "@sysext-kiln/error";
import type { Outcome } from "@sysext-kiln/machine";
import { waitUntil } from "@sysext-kiln/booted-host";
import { z } from "zod";
import type { Member } from "./members.ts";

const withSettings = '. /etc/profile.d/etcdctl.sh && exec etcdctl --command-timeout=120s "$@"';

/** Runs etcdctl on a member's host, for that member. */
export function tryEtcdctl({ host }: Member, ...words: readonly string[]): Promise<Outcome> {
  return host.run(["sh", "-c", withSettings, "sh", ...words], { timeoutMs: 300_000 });
}

/**
 * Runs etcdctl on a member's host, for that member.
 * @returns its standard output
 * @throws KilnError `command-failed`
 */
export async function etcdctl(member: Member, ...words: readonly string[]): Promise<string> {
  const outcome = await tryEtcdctl(member, ...words);
  if (outcome.status === 0) return outcome.stdout;
  throw new KilnError("command-failed", {
    expected: `\`etcdctl ${words.join(" ")}\` on ${member.name} to succeed`,
    found: outcome.summary,
    next: "read its message; with authentication, the user needs the role root",
  });
}

/**
 * Parses what a program printed.
 * @param command names the program in errors
 * @throws KilnError `command-failed` if it is something else, such as nothing
 */
export function parseOutput<T>(
  schema: z.ZodType<T>,
  command: string,
  text: string,
  decode: (text: string) => unknown = (json) => JSON.parse(json),
): T {
  try {
    return schema.parse(decode(text));
  } catch (cause) {
    throw new KilnError("command-failed", {
      expected: `\`${command}\` to print valid output`,
      found: text.trim() === "" ? "nothing" : text.slice(0, 500),
      next: "look at the journal of that host",
      cause,
    });
  }
}

/** What work returned, or why it failed. */
export type Attempt<T> = { value: T } | { problem: string };

/** Does what a member that has moved may not be able to do: that it fails is a finding about the move. */
export async function attempt<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!isKilnError(error, "command-failed")) throw error;
    return { problem: `expected ${error.expected}; found: ${error.found}` };
  }
}

const statusSchema = z.tuple([
  z.object({
    Status: z.object({
      header: z.object({ member_id: z.number() }),
      version: z.string(),
      storageVersion: z.string().optional(),
      leader: z.number(),
      dbSize: z.number(),
    }),
  }),
]);

/** What a member says about itself. */
export interface MemberStatus {
  version: string;
  /** The version whose data format it has; undefined before 3.6. */
  storageVersion: string | undefined;
  isLeader: boolean;
}

export async function statusOf(member: Member): Promise<MemberStatus> {
  const text = await etcdctl(member, "endpoint", "status", "--write-out=json");
  const [first] = parseOutput(statusSchema, `etcdctl endpoint status on ${member.name}`, text);
  // Ids of 64 bits lose their last digits as numbers, but both of them in the same way.
  const { version, storageVersion, leader, header } = first.Status;
  return { version, storageVersion, isLeader: leader === header.member_id };
}

/**
 * Waits until etcd on each host is active and healthy.
 * @throws KilnError `service-unhealthy`, or `usage` if etcd refuses the user
 */
export async function waitUntilHealthy(members: readonly Member[], timeoutMs: number): Promise<void> {
  for (const member of members) {
    let last = "no answer";
    const isHealthy = async () => {
      const { status, summary } = await tryEtcdctl(member, "--command-timeout=5s", "endpoint", "health");
      last = summary;
      if (summary.includes("authentication failed")) throw wrongCredentials(summary);
      return status === 0;
    };
    if (await waitUntil(isHealthy, timeoutMs)) continue;
    const journal = (await member.host.journal("etcd.service")).split("\n").slice(-8);
    throw new KilnError("service-unhealthy", {
      expected: `the restored member ${member.name} to become healthy within ${timeoutMs / 1000} seconds`,
      found: [last, ...journal].join("\n"),
      next: "read what etcd logged; a large database may need the quota of production: --env FILE",
    });
  }
}

function wrongCredentials(found: string): KilnError {
  return new KilnError("usage", {
    expected: "--user and --password-file to be those of a user with the role root in the snapshot",
    found,
    next: "use the password that the user had when the snapshot was taken",
  });
}
