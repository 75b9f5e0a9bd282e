import { answered } from "./failover.ts";
import { openElectedNetwork } from "./election.ts";
import type { VrrpNetworkOptions } from "./network.ts";

/** What a client sees of nodes whose checks fail half of the time. */
export interface Flapping {
  /** How often the address moved. */
  moves: number;
  /** The longest time without an answer to the client, in milliseconds. */
  gap: number;
}

/** Overloads every node of a network for some time, and counts how often the address moves. */
export async function measureFlapping(
  options: Omit<VrrpNetworkOptions, "check" | "noPreempt">,
  seconds: number,
): Promise<Flapping> {
  const [address] = options.addresses;
  // Nodes with equal priorities, as deployments have them: the first one is started first.
  await using network = await openElectedNetwork(address, { ...options, check: true, inOrder: true });
  await using probe = network.probe(address);
  await answered(network, probe, 10);
  const started = performance.now();
  for (const node of network.nodes) await node.overload();
  await network.until(
    `${seconds} s of overload`,
    () => performance.now() - started > seconds * 1000,
    seconds * 1000 + 10_000,
  );
  const gained = network.changes.filter(
    (change) => change.at > started && change.address === address && change.kind === "added",
  );
  return { moves: gained.length, gap: probe.longestGap(started) };
}
