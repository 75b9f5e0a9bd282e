import { hash } from "node:crypto";
import { seededRandom, type Random } from "@sysext-kiln/testbed";
import {
  extension,
  inParallel,
  machineIdOf,
  type Fleet,
  type Offer,
  type Ring,
  type SimulatedHost,
} from "./simulated-host.ts";

const hour = 3600;
/** How long a bad version runs on a host before somebody notices that it is bad. */
const unnoticed = 3 * hour;
/** How many hosts must show it; how long it then takes until the pause is published, and then the withdrawal. */
const [noticedOn, untilPause, untilWithdrawal] = [3, hour, 2 * hour];
/** The longest time between two checks of a host without a ring. */
const interval = 8 * hour;

/** The number of hosts with `RING=canary`, in scenarios that have some. */
const canaries = 5;

interface Scenario {
  what: string;
  version: string;
  /** In seconds. */
  rollout: number;
  canaries: number;
  /** The ring of the other hosts. */
  others: Ring;
}

const rollout = 48 * hour;

const scenarios: readonly Scenario[] = [
  { what: "no rollout", version: "3.5.1", rollout: 0, canaries: 0, others: "" },
  { what: "48 hours", version: "3.5.2", rollout, canaries: 0, others: "" },
  {
    ...{ what: `48 hours, ${canaries} hosts with \`RING=canary\``, version: "3.5.3" },
    ...{ rollout, canaries, others: "" },
  },
  {
    ...{ what: `48 hours, ${canaries} with \`RING=canary\`, the others \`RING=last\``, version: "3.5.4" },
    ...{ rollout, canaries, others: "last" },
  },
];

/** The bad versions that are published, one for each row of the table. */
export const badVersions: readonly string[] = scenarios.map(({ version }) => version);

/** Three canaries, and the three other hosts that a rollout reaches first: the ones about which most is to be seen. */
export function revealingHosts(count: number): number[] {
  const [, { version } = { version: "" }] = scenarios;
  const turn = (index: number) => hash("sha256", `${machineIdOf(index)} ${extension} ${version}`).slice(0, 4);
  const others = Array.from({ length: count - canaries }, (_, index) => canaries + index);
  const byTurn = others.toSorted((left, right) => (turn(left) < turn(right) ? -1 : 1));
  return [0, 1, 2, ...byTurn.slice(0, 3)];
}

/**
 * Publishes bad versions that pass their health check, one after the other; somebody notices each, pauses its
 * rollout, and withdraws it.
 * @param say receives what happens now
 * @returns a table in Markdown
 */
export async function simulateRollouts(fleet: Fleet, say: (line: string) => void): Promise<string> {
  const random = seededRandom(2026);
  const rows = [
    ["rollout", "hosts that got it before the pause", "paused after", "all left it, after the withdrawal"],
  ];
  let clock = hour;
  for (const scenario of scenarios) {
    say(scenario.what);
    const { reached, paused, withdrawn, left } = await simulate(fleet, scenario, clock, random);
    const of = `${reached} of ${fleet.hosts.length}`;
    rows.push([scenario.what, of, inHours(paused - clock), inHours(left - withdrawn)]);
    clock = Math.max(left, ...fleet.hosts.map(({ next }) => next)) + hour;
  }
  return formatMarkdown(rows);
}

/** What happened to a bad version: how many hosts it has reached, and when what was done, in seconds. */
interface Result {
  reached: number;
  paused: number;
  withdrawn: number;
  left: number;
}

async function simulate(
  fleet: Fleet,
  { version, rollout: takes, canaries: first, others }: Scenario,
  published: number,
  random: Random,
): Promise<Result> {
  const { hosts } = fleet;
  for (const [index, host] of hosts.entries()) {
    const isCanary = index < first;
    const firstCheck = published + Math.floor(random() * (isCanary ? hour : interval));
    await host.prepare(isCanary ? "canary" : others, firstCheck);
  }
  const number = (fleet.offer()?.number ?? 1) + 1;
  const offer: Offer = { number, version, start: published, rollout: takes };
  await fleet.publish(offer);
  const paused = await runUntilPause(hosts, version, published);
  const affected = hosts.filter((host) => host.version === version);

  const withPause = { ...offer, number: number + 1, pausedSince: paused };
  await fleet.publish(withPause);
  const withdrawn = paused + untilWithdrawal;
  await runUntil(hosts, withdrawn);
  const later = hosts.filter((host) => host.version === version).length - affected.length;
  if (later > 0) throw new Error(`${later} hosts took ${version} after the pause`);

  await fleet.publish({ ...withPause, number: number + 2, isWithdrawn: true });
  await inParallel(affected, async (host) => {
    while (host.version === version) await host.check();
  });
  const left = Math.max(...affected.map((host) => host.since.get(host.version) ?? 0));
  return { reached: affected.length, paused, withdrawn, left };
}

/** Lets hosts run until somebody has noticed and paused the version. @returns that time */
async function runUntilPause(
  hosts: readonly SimulatedHost[],
  version: string,
  published: number,
): Promise<number> {
  const delay = unnoticed + untilPause;
  let end = published;
  for (;;) {
    // Nobody can have paused it by then, so hosts do not depend on one another.
    end += delay;
    await runUntil(hosts, end);
    const taken = hosts.flatMap(({ since }) => since.get(version) ?? []).toSorted((one, two) => one - two);
    const noticed = taken[noticedOn - 1];
    if (noticed === undefined) continue;
    await runUntil(hosts, noticed + delay);
    return noticed + delay;
  }
}

async function runUntil(hosts: readonly SimulatedHost[], end: number): Promise<void> {
  await inParallel(hosts, async (host) => {
    while (host.next < end) await host.check();
  });
}

function inHours(seconds: number): string {
  return `${(seconds / hour).toFixed(1)} h`;
}

/** A table as the formatter of this project writes it. */
function formatMarkdown(rows: readonly (readonly string[])[]): string {
  const [heads = []] = rows;
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], fill: string) =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width, fill)).join(" | ")} |\n`;
  const [head, ...others] = rows.map((row) => line(row, " "));
  return [head, line([], "-"), ...others].join("");
}
