import type { Move } from "./moves.ts";

/** The parts of a rehearsal that the verdict depends on, in their order. */
export const checkNames = [
  "stored members",
  "upgrade",
  "data after the upgrade",
  "rollback",
  "data after the rollback",
  "writes",
  "write gap",
] as const;
export type CheckName = (typeof checkNames)[number];

export interface Check {
  name: CheckName;
  /** Not reached if an earlier one failed. */
  result: "passed" | "failed" | "not reached";
  /** What was found, or what is wrong and what to do about it. */
  details: readonly string[];
}

export interface RehearsedSnapshot {
  /** Undefined if it was generated. */
  path: string | undefined;
  /** In bytes. */
  size: number;
  /** Undefined if it was not restored. */
  keys: number | undefined;
  revision: number | undefined;
  members: readonly string[];
  leases: number;
  hasAuthentication: boolean;
}

/** What a rehearsal has found. */
export interface Report {
  verdict: "safe" | "not safe";
  extension: string;
  from: string;
  to: string;
  systemd: string;
  snapshot: RehearsedSnapshot;
  checks: readonly Check[];
  upgraded: readonly Move[];
  rolledBack: readonly Move[];
  /** Undefined if the cluster was not upgraded. */
  writes: { acknowledged: number; lost: number; longestGapSeconds: number; during: string } | undefined;
  /** What is different in production. */
  notRehearsed: readonly string[];
  seconds: number;
}

/** Collects the results of checks. */
export interface Checks {
  /**
   * Adds a result: failed if there are problems.
   * @param note what a passed check found
   * @returns whether it passed
   */
  add(name: CheckName, problems: readonly string[], note: string): boolean;
  /** All checks, with those that were not reached. */
  all(): Check[];
}

export function openChecks(): Checks {
  const results = new Map<CheckName, Check>();
  return {
    add(name, problems, note) {
      const passed = problems.length === 0;
      results.set(name, { name, result: passed ? "passed" : "failed", details: passed ? [note] : problems });
      return passed;
    },
    all: () => checkNames.map((name) => results.get(name) ?? { name, result: "not reached", details: [] }),
  };
}
