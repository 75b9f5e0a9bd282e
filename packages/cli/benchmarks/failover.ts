// Prints how long failovers take, as a table in Markdown. Run it on an idle machine.
import {
  aloneAt,
  answered,
  measureFailover,
  openElectedNetwork,
  programRuntime,
  renderingContainerRuntime,
  type Failover,
  type Runtime,
} from "@sysext-kiln/testbed";
import { buildVrrpPrograms } from "../test/vrrp-programs.ts";

const address = "10.99.0.100";
const events = ["link down", "link up again", "clean stop", "start again", "killed"] as const;

interface Variant {
  name: string;
  runtime: Runtime;
  advertInterval: number;
  unicast?: boolean;
}

/** The number of concurrent networks, and of rounds in each: ten or more failovers of every kind. */
const networks = 4;
const rounds = 3;

await using programs = await buildVrrpPrograms();
const program = programRuntime(programs.keepalived);
const container = renderingContainerRuntime(programs.container);
const variants: Variant[] = [1, 0.1].flatMap((advertInterval) => [
  { name: "program, multicast", runtime: program, advertInterval },
  { name: "program, unicast", runtime: program, advertInterval, unicast: true },
  { name: "container, multicast", runtime: container, advertInterval },
]);

const header = ["`advert_int`", "how it runs", "event", "takeover (ms)", "no reply to the client (ms)"];
printRow(header);
printRow(header.map(() => "---"));
for (const variant of variants) {
  const measured = (await Promise.all(Array.from({ length: networks }, () => measure(variant)))).flat();
  for (const event of events) {
    const failovers = measured.map((round) => round[event]);
    const takeovers = summary(failovers.map(({ takeover }) => takeover));
    const gaps = summary(failovers.map(({ gap }) => gap));
    printRow([`${variant.advertInterval} s`, variant.name, event, takeovers, gaps]);
  }
}
process.stdout.write(`\nMinimum / median / maximum of ${networks * rounds} failovers each.\n`);

type Round = Record<(typeof events)[number], Failover>;

async function measure({ runtime, advertInterval, unicast = false }: Variant): Promise<Round[]> {
  const options = {
    addresses: [address] as const,
    advertInterval,
    unicast,
    runtime,
    priorities: [200, 150, 100],
  };
  await using network = await openElectedNetwork(address, options);
  const { first, second } = network;
  await using probe = network.probe(address);
  await answered(network, probe, 10);
  const failOver = (event: () => Promise<void>) =>
    measureFailover(network, { probe, address, to: second }, event);
  const failBack = async (event: () => Promise<void>) => {
    const failover = await measureFailover(network, { probe, address, to: first }, event);
    await aloneAt(network, address, first);
    return failover;
  };
  const results: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const down = await failOver(() => first.unplug());
    const up = await failBack(() => first.plug());
    const stopped = await failOver(() => first.stop());
    const started = await failBack(() => first.start());
    const killed = await failOver(() => first.kill());
    await failBack(() => first.start());
    results.push({
      "link down": down,
      "link up again": up,
      "clean stop": stopped,
      "start again": started,
      killed,
    });
  }
  return results;
}

function summary(values: readonly number[]): string {
  const sorted = values.toSorted((left, right) => left - right);
  const at = (part: number) => Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN);
  return `${at(0)} / ${at(0.5)} / ${at(1)}`;
}

function printRow(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(" | ")} |\n`);
}
