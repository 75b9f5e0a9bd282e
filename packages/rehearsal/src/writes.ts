import type { Attempt } from "./etcdctl.ts";
import type { Checks, Report } from "./report.ts";

/** A time without an acknowledged write. */
export interface Gap {
  ms: number;
  /** The part of the rehearsal in which it ended. */
  during: string;
}

/** What the writer has seen. */
export interface Writes {
  /** How many writes etcd acknowledged: they have the numbers from 0 on. */
  acknowledged: number;
  longestGap: Gap;
}

/** Measures gaps between writes. All times are in milliseconds, of the same clock. */
export interface GapMeter {
  /** Starts to measure: gaps that end from now on belong to a part of the rehearsal with this name. */
  begin(part: string, at: number): void;
  /** Adds an acknowledged write. */
  acknowledge(at: number): void;
  /** Stops measuring until a part begins. A gap that is open now ends here, and counts. */
  pause(at: number): void;
  longest(): Gap;
}

export function openGapMeter(): GapMeter {
  let longest: Gap = { ms: 0, during: "" };
  /** Undefined while nothing is measured. */
  let part: string | undefined;
  let last = 0;
  const see = (at: number) => {
    if (part === undefined) return;
    if (at - last > longest.ms) longest = { ms: at - last, during: part };
    // What was acknowledged before a part began may be reported after that.
    last = Math.max(last, at);
  };
  return {
    begin(name, at) {
      if (part === undefined) last = at;
      part = name;
    },
    acknowledge: see,
    pause(at) {
      see(at);
      part = undefined;
    },
    longest: () => longest,
  };
}

/**
 * Checks that every member has every acknowledged write, and that writes never paused longer than a limit.
 * @param stored the values that each member returned, one a line
 */
export function checkWrites(
  checks: Checks,
  stored: ReadonlyMap<string, Attempt<string>>,
  { acknowledged, longestGap }: Writes,
  { maxGap }: { maxGap: number },
): NonNullable<Report["writes"]> {
  const problems: string[] = [];
  let lost = 0;
  for (const [name, writes] of stored) {
    if ("problem" in writes) {
      problems.push(writes.problem);
      continue;
    }
    const missing = countMissing(acknowledged, writes.value);
    lost = Math.max(lost, missing);
    if (missing > 0) problems.push(`${name} lacks ${missing} of ${acknowledged} acknowledged writes`);
  }
  checks.add("writes", problems, `all members have all ${acknowledged} acknowledged writes`);
  const longestGapSeconds = Math.round(longestGap.ms / 100) / 10;
  const { during } = longestGap;
  const gap = `at most ${longestGapSeconds} s between two acknowledged writes, during ${during}`;
  checks.add("write gap", longestGapSeconds > maxGap ? [`${gap}; the limit is ${maxGap} s`] : [], gap);
  return { acknowledged, lost, longestGapSeconds, during };
}

function countMissing(acknowledged: number, values: string): number {
  const found = new Set(values.split("\n"));
  let missing = 0;
  for (let number = 0; number < acknowledged; number += 1) if (!found.has(`${number}`)) missing += 1;
  return missing;
}
