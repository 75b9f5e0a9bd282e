/**
 * `pnpm bench:rollout`: how many of 100 hosts a bad version reaches before somebody pauses it, and how long they
 * need to leave it once it is withdrawn. Each host is the real kiln-host in a folder of its own, with a simulated
 * clock. Prints a table.
 */
import { copyFile, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { openHostFolder, type HostFolder, type OfferedIndex } from "../test/kiln-host/host-folder.ts";
import { imageOf } from "../test/kiln-host/images.ts";

const count = Number(process.argv[2] ?? 100);
const hour = 3600;
const rollout = 48 * hour;
/** How long the version runs on a host before somebody notices that it is bad. */
const unnoticed = 3 * hour;
/** How many hosts must show it, and how long it then takes until the pause is published. */
const [noticedOn, reaction] = [3, hour];

interface Scenario {
  what: string;
  rollout: number;
  /** How many hosts are in the ring `canary`; these check every hour. */
  canaries: number;
  /** The ring of the other hosts. */
  others: "" | "last";
}

const scenarios: readonly Scenario[] = [
  { what: "no rollout", rollout: 0, canaries: 0, others: "" },
  { what: "48 hours", rollout, canaries: 0, others: "" },
  { what: "48 hours, 5 hosts with `RING=canary`", rollout, canaries: 5, others: "" },
  { what: "48 hours, 5 with `RING=canary`, the others `RING=last`", rollout, canaries: 5, others: "last" },
];

interface SimulatedHost {
  folder: HostFolder;
  /** When it asks the repository next, in seconds since the start of the simulation. */
  next: number;
  version: string;
  /** Whether its last check changed that. */
  changed: boolean;
}

const first = "3.5.0";
const begin = 1_764_489_600;
let clock = 0;
/** A generator with a fixed seed (Park and Miller), so that each run gives the same table. */
let seed = 20_261_130;
function random(): number {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed / 2_147_483_647;
}

await using hosts = new AsyncDisposableStack();
const fleet: SimulatedHost[] = [];
for (let index = 0; index < count; index += 1) fleet.push(await openHost(index));
await publish(first);
await offer(1, { [first]: {} });
await inParallel(fleet, async ({ folder }) => {
  const name = imageOf(first);
  // The same bytes on each host, as the index lists them.
  const target = join(folder.root, "opt/extensions/etcd", name);
  await copyFile(join(folder.root, "world/repository/etcd", name), target);
  await folder.link(first);
  await folder.boot();
});

let number = 1;
const rows: string[] = [];
for (const [index, scenario] of scenarios.entries()) {
  process.stderr.write(`${scenario.what}\n`);
  rows.push(await simulate(scenario, `3.5.${index + 1}`));
}
process.stdout.write(
  [
    "| rollout | hosts that got it before the pause | paused after | all had left it |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n"),
);

/** Publishes a bad version; somebody notices, pauses and two hours later withdraws it. */
async function simulate(scenario: Scenario, bad: string): Promise<string> {
  for (const [index, host] of fleet.entries()) {
    const isCanary = index < scenario.canaries;
    const ring = isCanary
      ? "RING=canary\nINTERVAL_SECONDS=3600\nSPREAD_SECONDS=0\n"
      : `RING=${scenario.others}\n`;
    await host.folder.write("etc/sysext-kiln/host.conf", ring);
    host.next = clock + Math.floor(random() * (isCanary ? hour : 7 * hour));
  }
  const published = clock;
  const image = { start: begin + published, rollout: scenario.rollout };
  await publish(bad);
  await offer((number += 1), { [first]: {}, [bad]: image });
  const taken: number[] = [];
  const pausedAt = await runUntil((host) => {
    if (host.version === bad && host.changed) taken.push(clock);
    const noticed = taken[noticedOn - 1];
    return noticed === undefined ? Infinity : noticed + unnoticed + reaction;
  });
  const reached = fleet.filter(({ version }) => version === bad).length;
  const paused = { since: begin + clock, reason: "bad" };
  await offer((number += 1), { [first]: {}, [bad]: { ...image, paused } });
  const withdrawnAt = pausedAt + 2 * hour;
  await runUntil(() => withdrawnAt);
  const afterwards = fleet.filter(({ version }) => version === bad).length;
  if (afterwards !== reached) throw new Error(`${afterwards - reached} hosts took it after the pause`);
  await offer((number += 1), { [first]: {}, [bad]: { ...image, paused, withdrawn: "bad" } });
  await runUntil(() => (fleet.some(({ version }) => version === bad) ? Infinity : clock));
  const cells = [
    scenario.what,
    `${reached} of ${count}`,
    hours(pausedAt - published),
    hours(clock - withdrawnAt),
  ];
  return `| ${cells.join(" | ")} |`;
}

function hours(seconds: number): string {
  return `${(seconds / hour).toFixed(1)} h`;
}

/**
 * Lets the hosts run in the order of their checks.
 * @param end called after each run of a host; the time at which to stop
 * @returns that time
 */
async function runUntil(end: (host: SimulatedHost) => number): Promise<number> {
  let until = Infinity;
  for (;;) {
    const host = fleet.reduce((earliest, one) => (one.next < earliest.next ? one : earliest));
    if (host.next >= until) {
      clock = until;
      return until;
    }
    clock = host.next;
    await run(host);
    until = Math.max(end(host), clock);
  }
}

async function run(host: SimulatedHost): Promise<void> {
  const { folder } = host;
  await folder.setTime(begin + clock);
  await folder.write("world/uptime", `${1000 + clock}\n`);
  await folder.write("run/sysext-kiln/update-now", "");
  const { status, stdout } = await folder.kilnHost(["run"]);
  if (status !== 0) throw new Error(stdout);
  const before = host.version;
  host.version = (await folder.versions()).runs;
  host.changed = host.version !== before;
  host.next = Number(await folder.read("run/sysext-kiln/next-check")) - 1000;
  // A trial takes some seconds of the host's own time.
  if (host.next <= clock) host.next = clock + 600;
}

async function openHost(index: number): Promise<SimulatedHost> {
  const folder = hosts.use(await openHostFolder());
  await folder.write("world/machine-id", `${index.toString(16).padStart(32, "0")}\n`);
  const [shared] = fleet;
  if (shared !== undefined) {
    // All hosts have the same repository.
    await rm(join(folder.root, "world/repository"), { recursive: true });
    await symlink(join(shared.folder.root, "world/repository"), join(folder.root, "world/repository"));
  }
  return { folder, next: 0, version: first, changed: false };
}

async function publish(version: string): Promise<void> {
  await fleet[0]?.folder.publish(version);
}

async function offer(next: number, images: OfferedIndex["images"]): Promise<void> {
  await fleet[0]?.folder.offer({ number: next, images });
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}
