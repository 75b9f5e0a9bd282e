import { openVrrpNetwork, type VrrpNetwork, type VrrpNetworkOptions } from "./network.ts";
import type { VrrpNode } from "./node.ts";

/** A network in which the first two nodes matter. */
export interface ElectedNetwork extends VrrpNetwork {
  /** The node that has the address first. */
  readonly first: VrrpNode;
  /** The one that takes it when the first one is gone. */
  readonly second: VrrpNode;
}

/** Opens a network, starts every keepalived at once, and waits until the first node has the address alone. */
export async function openElectedNetwork(
  address: string,
  options: VrrpNetworkOptions,
): Promise<ElectedNetwork> {
  const network = await openVrrpNetwork(options);
  try {
    const [first, second] = network.nodes;
    if (first === undefined || second === undefined) throw new Error("a network needs two nodes");
    await Promise.all(network.nodes.map((node) => node.start()));
    await aloneAt(network, address, first);
    return { ...network, first, second };
  } catch (error) {
    await network[Symbol.asyncDispose]();
    throw error;
  }
}

/** Waits until a node has an address and no other node has it. */
export function aloneAt(network: VrrpNetwork, address: string, node: VrrpNode): Promise<void> {
  return network.until(
    `${node.name} alone to have ${address}`,
    () => network.owners(address).join(" ") === node.name,
  );
}
