import { aloneAt } from "./election.ts";
import type { Probe } from "./client.ts";
import type { VrrpNetwork } from "./network.ts";
import type { VrrpNode } from "./node.ts";

/** The durations of a failover, in milliseconds. */
export interface Failover {
  /** From the event until the next node has the address. */
  takeover: number;
  /** The longest time without an answer to the client. */
  gap: number;
}

/** Triggers an event, and measures until a node has an address and the client gets answers from it. */
export async function measureFailover(
  network: VrrpNetwork,
  { probe, address, to }: { probe: Probe; address: string; to: VrrpNode },
  event: () => Promise<void>,
): Promise<Failover> {
  const started = performance.now();
  await event();
  const gained = () =>
    network.changes.find(
      ({ at, node, address: changed, kind }) =>
        at >= started && node === to.name && changed === address && kind === "added",
    );
  await network.until(`${to.name} to get ${address}`, () => gained() !== undefined);
  const at = gained()?.at ?? Number.NaN;
  await network.until(`the client to be answered by ${to.name}`, () => (probe.answers.at(-1) ?? 0) > at + 20);
  return { takeover: at - started, gap: probe.longestGap(started) };
}

/**
 * Ends a partition in which two nodes had an address, and measures until one of them has it alone and answers
 * the client.
 * @returns the longest time without an answer to the client since then, in milliseconds
 */
export async function measureHeal(
  network: VrrpNetwork,
  { probe, address, to }: { probe: Probe; address: string; to: VrrpNode },
  heal: () => Promise<unknown>,
): Promise<number> {
  const started = performance.now();
  await heal();
  await aloneAt(network, address, to);
  const alone = network.changes.findLast((change) => change.address === address)?.at ?? started;
  // A client that keeps the other node's hardware address recovers only when it asks again.
  await network.until(
    `the client to be answered by ${to.name}`,
    () => (probe.answers.at(-1) ?? 0) > Math.max(started, alone) + 20,
    60_000,
  );
  return probe.longestGap(started);
}

/** Waits for a number of further answers to the client, 10 ms apart. */
export async function answered(network: VrrpNetwork, probe: Probe, times: number): Promise<void> {
  const before = probe.answers.length;
  await network.until(`${times} answers`, () => probe.answers.length >= before + times);
}
