import { readFile, writeFile } from "node:fs/promises";
import {
  openElectedNetwork,
  openVrrpNetwork,
  programConfiguration,
  type Runtime,
  type VrrpNetwork,
  type VrrpNode,
} from "@sysext-kiln/testbed";
import { expect } from "vitest";

/** What the nodes of a network have in common. */
export interface Network {
  address: string;
  /** In seconds. */
  advertInterval: number;
}

/** Two nodes, of which the first one has the address. */
export function openNetwork({ address, advertInterval }: Network, runtime: Runtime | readonly Runtime[]) {
  return openElectedNetwork(address, {
    ...{ addresses: [address], advertInterval, priorities: [200, 100], runtime },
  });
}

/** Starts two nodes that do not understand each other: both take the address, and keep it. */
export async function expectTwoMasters(
  { address, advertInterval }: Network,
  runtime: readonly [Runtime, Runtime],
): Promise<void> {
  await using network = await openVrrpNetwork({
    ...{ addresses: [address], advertInterval, priorities: [200, 100], runtime },
  });
  await Promise.all(network.nodes.map((node) => node.start()));
  await network.until("two masters", () => network.owners(address).length === 2, 30_000);
  const before = network.changes.length;
  await network.tryAtClient("sleep", String(10 * advertInterval));
  expect(network.changes.slice(before)).toEqual([]);
}

/** Changes the configuration of one node after the other, by a reload. */
export async function sweep(
  network: VrrpNetwork,
  nodes: readonly VrrpNode[],
  { advertInterval }: Network,
  change: (text: string) => string,
): Promise<void> {
  for (const node of nodes) {
    const path = node.outside(programConfiguration);
    const text = await readFile(path, "utf8");
    const changed = change(text);
    expect(changed).not.toBe(text);
    await writeFile(path, changed);
    const reloads = () => node.log().split("Reloading").length;
    const before = reloads();
    await node.run("sh", "-c", "kill -HUP $(cat /run/keepalived.pid)");
    await network.until("a reload", () => reloads() > before);
    // Longer than a backup waits for the master.
    await network.tryAtClient("sleep", String(5 * advertInterval));
  }
}

/** A node without the key, however high its priority is, does not make the master give up. */
export async function expectEnforced(
  network: VrrpNetwork & { first: VrrpNode },
  { address }: Network,
): Promise<void> {
  const [, other] = network.nodes;
  if (other === undefined) throw new Error("a network of one node");
  const path = other.outside(programConfiguration);
  const text = await readFile(path, "utf8");
  const forged = text.replace(/ {4}auth_hmac \{[^}]*\}\n/, "").replace(/priority \d+/, "priority 250");
  await writeFile(path, forged);
  await other.run("sh", "-c", "kill -HUP $(cat /run/keepalived.pid)");
  await network.until(
    "the node without a key to take the address",
    () => network.owners(address).length === 2,
  );
  const before = network.changes.length;
  await network.tryAtClient("sleep", "2");
  expect(network.changes.slice(before)).toEqual([]);
}
