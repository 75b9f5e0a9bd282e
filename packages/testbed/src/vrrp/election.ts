import { openVrrpNetwork, type VrrpNetwork, type VrrpNetworkOptions } from "./network.ts";
import type { VrrpNode } from "./node.ts";

/** A network whose first node has the address. */
export interface ElectedNetwork extends VrrpNetwork {
  /** The node that has the address. */
  first: VrrpNode;
  /** The node that takes over when the first one fails. */
  second: VrrpNode;
}

/**
 * Opens a network, starts every keepalived at once, and waits until the first node has the address alone.
 * Without preemption, or with equal priorities, the node that starts first keeps it: `inOrder` starts the
 * first node first.
 */
export async function openElectedNetwork(
  address: string,
  options: VrrpNetworkOptions & { inOrder?: boolean },
): Promise<ElectedNetwork> {
  const network = await openVrrpNetwork(options);
  try {
    const [first, second] = network.nodes;
    if (first === undefined || second === undefined) throw new Error("a network needs two nodes");
    const inOrder = options.inOrder || options.noPreempt;
    if (inOrder) {
      await first.start();
      await aloneAt(network, address, first);
    }
    const others = inOrder ? network.nodes.slice(1) : network.nodes;
    await Promise.all(others.map((node) => node.start()));
    await network.until("all nodes to be backups", () =>
      network.nodes.every((node) => node.log().includes("Entering BACKUP STATE")),
    );
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
