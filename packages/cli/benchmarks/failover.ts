// Prints how long failovers take, as a table in Markdown. Run it on an idle machine. Arguments
// choose the kinds of rows: links, partitions, checks; by default all of them.
import {
  aloneAt,
  answered,
  measureFailover,
  measureFlapping,
  measureHeal,
  openElectedNetwork,
  programRuntime,
  renderingContainerRuntime,
  type ElectedNetwork,
  type Failover,
  type Runtime,
} from "@sysext-kiln/testbed";
import { buildVrrpPrograms } from "../test/vrrp-programs.ts";

const ipv4 = "10.99.0.100";
const ipv6 = "fd99::100";
/** The number of concurrent networks, and of rounds in each: ten or more failovers of every kind. */
const networks = 4;
const rounds = 3;
const flappingMinutes = 5;
/** The check as the documentation recommends it, and as the container has it by default. */
const checkTimes = { interval: 2, fall: 2 };

interface Variant {
  name: string;
  address: string;
  runtime: Runtime;
  advertInterval: number;
  unicast?: boolean;
}

/** A node that returns from a partition has had the address all the time, so it does not take it over. */
type Measured = Pick<Failover, "gap"> & Partial<Failover>;
type Events = Readonly<Record<string, Measured>>;
type Bench = ElectedNetwork & ReturnType<typeof actionsOn>;

await using programs = await buildVrrpPrograms();
const program = programRuntime(programs.keepalived);
const container = renderingContainerRuntime(programs.container);
const variantsAt = (advertInterval: number): Variant[] => [
  { name: "program, multicast", runtime: program, advertInterval, address: ipv4 },
  { name: "program, unicast", runtime: program, advertInterval, address: ipv4, unicast: true },
  { name: "container, multicast", runtime: container, advertInterval, address: ipv4 },
  { name: "program, IPv6", runtime: program, advertInterval, address: ipv6 },
  { name: "container, IPv6", runtime: container, advertInterval, address: ipv6 },
];
const kinds = {
  // One after the other: with an interval of 0.1 s, the packets of all of them would be work for the machine.
  async links() {
    for (const variant of [...variantsAt(1), ...variantsAt(0.1)])
      printRows([await rowsOf(variant, measureLinks)]);
  },
  // At the same time: nearly all of it is waiting.
  async partitions() {
    printRows(await Promise.all(variantsAt(1).map((variant) => rowsOf(variant, measurePartitions))));
  },
  async checks() {
    const more = { check: true, checkTimes };
    printRows(await Promise.all(variantsAt(1).map((variant) => rowsOf(variant, measureCheck, more))));
    printRows([await Promise.all(variantsAt(1).map(flappingRow))]);
  },
};

const header = ["`advert_int`", "how it runs", "event", "takeover (ms)", "no reply to the client (ms)"];
printRows([[header, header.map(() => "---")]]);
const chosen = process.argv.slice(2);
for (const [name, rows] of Object.entries(kinds))
  if (chosen.length === 0 || chosen.includes(name)) await rows();
process.stdout.write(`\nMinimum / median / maximum of ${networks * rounds} failovers each.\n`);

/** Measures several rounds in several networks at the same time. @returns a row for each event */
async function rowsOf(
  { name, address, ...variant }: Variant,
  measure: (bench: Bench) => Promise<Events>,
  more: { check?: boolean; checkTimes?: typeof checkTimes } = {},
): Promise<string[][]> {
  const inNetwork = async () => {
    const options = { ...variant, ...more, addresses: [address] as const, priorities: [200, 150, 100] };
    await using network = await openElectedNetwork(address, options);
    await using probe = network.probe(address);
    await answered(network, probe, 10);
    const bench = { ...network, ...actionsOn(network, { probe, address }) };
    const results: Events[] = [];
    for (let round = 0; round < rounds; round += 1) results.push(await measure(bench));
    return results;
  };
  const measured = (await Promise.all(Array.from({ length: networks }, inNetwork))).flat();
  return Object.keys(measured[0] ?? {}).map((event) => {
    const values = measured.flatMap((round) => round[event] ?? []);
    const takeovers = summary(values.flatMap(({ takeover }) => takeover ?? []));
    const gaps = summary(values.map(({ gap }) => gap));
    return [`${variant.advertInterval} s`, name, event, takeovers, gaps];
  });
}

function actionsOn(
  network: ElectedNetwork,
  probed: Pick<Parameters<typeof measureHeal>[1], "probe" | "address">,
) {
  const { first, second } = network;
  return {
    failOver: (event: () => Promise<void>) => measureFailover(network, { ...probed, to: second }, event),
    async failBack(event: () => Promise<void>) {
      const failover = await measureFailover(network, { ...probed, to: first }, event);
      await aloneAt(network, probed.address, first);
      return failover;
    },
    /** Longer than the 5 s after which a new master announces the address for a second time. */
    settle: () => answered(network, probed.probe, 550),
    heal: async (event: () => Promise<void>) => ({
      gap: await measureHeal(network, { ...probed, to: first }, event),
    }),
  };
}

async function measureLinks(bench: Bench): Promise<Events> {
  const { first } = bench;
  const events = {
    "link down": await bench.failOver(() => first.unplug()),
    "link up again": await bench.failBack(() => first.plug()),
    "clean stop": await bench.failOver(() => first.stop()),
    "start again": await bench.failBack(() => first.start()),
    killed: await bench.failOver(() => first.kill()),
  };
  await bench.failBack(() => first.start());
  return events;
}

async function measurePartitions(bench: Bench): Promise<Events> {
  const { first } = bench;
  const freeze = async () => {
    await first.freeze();
    await first.isolate();
  };
  const resume = async () => {
    await first.rejoin();
    await first.thaw();
  };
  await bench.settle();
  const frozen = await bench.failOver(freeze);
  await bench.settle();
  const resumed = await bench.heal(resume);
  await bench.settle();
  const isolated = await bench.failOver(() => first.isolate());
  await bench.settle();
  return { frozen, resumed, isolated, rejoined: await bench.heal(() => first.rejoin()) };
}

async function measureCheck(bench: Bench): Promise<Events> {
  const { first } = bench;
  const failing = await bench.failOver(() => first.setHealthy(false));
  await first.setHealthy(true);
  const returned = () => [ipv4, ipv6].some((address) => bench.owners(address).join(" ") === first.name);
  await bench.until("the first node to have the address alone again", returned, 60_000);
  return { "failing check": failing };
}

async function flappingRow({ name, address, ...variant }: Variant): Promise<string[]> {
  const options = { ...variant, addresses: [address] as const, priorities: [200, 200, 200], checkTimes };
  const inNetwork = () => measureFlapping(options, flappingMinutes * 60);
  const measured = await Promise.all(Array.from({ length: networks }, inNetwork));
  const moves = measured.reduce((sum, one) => sum + one.moves, 0) / (networks * flappingMinutes);
  const gaps = summary(measured.map(({ gap }) => gap));
  return [`${variant.advertInterval} s`, name, "flapping", `${moves.toFixed(2)} moves a minute`, gaps];
}

function summary(values: readonly number[]): string {
  if (values.length === 0) return "-";
  const sorted = values.toSorted((left, right) => left - right);
  const at = (part: number) => Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN);
  return `${at(0)} / ${at(0.5)} / ${at(1)}`;
}

function printRows(groups: readonly (readonly (readonly string[])[])[]): void {
  for (const cells of groups.flat()) process.stdout.write(`| ${cells.join(" | ")} |\n`);
}
