import {
  answered,
  describeNetworks,
  measureFailover,
  measureHeal,
  openElectedNetwork,
  programRuntime,
  renderingContainerRuntime,
  type Runtime,
  type VrrpNetwork,
  type VrrpNode,
} from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildVrrpPrograms, type VrrpPrograms } from "./vrrp-programs.ts";

const families = [
  { family: "IPv4", address: "10.99.0.100" },
  { family: "IPv6", address: "fd99::100" },
];
/**
 * Answers to wait for before each event, 10 ms apart: a new master announces the address for a second time
 * after 5 s, which would hide that nobody announces it after the event.
 */
const settled = 550;

let programs: VrrpPrograms;

const runtimes: [string, () => Runtime][] = [
  ["the program", () => programRuntime(programs.keepalived)],
  ["the container", () => renderingContainerRuntime(programs.container)],
];

/** How the first node leaves the network without losing its carrier, and returns as a second master. */
const events = {
  "was frozen": {
    async leave(node: VrrpNode) {
      await node.freeze();
      await node.isolate();
    },
    async heal(node: VrrpNode) {
      await node.rejoin();
      await node.thaw();
    },
  },
  "was isolated": {
    leave: (node: VrrpNode) => node.isolate(),
    heal: (node: VrrpNode) => node.rejoin(),
  },
};

const cases = Object.entries(events).flatMap(([event, steps]) =>
  families.map((family) => ({ event, ...steps, ...family })),
);

describeNetworks("clients", () => {
  beforeAll(async () => {
    programs = await buildVrrpPrograms();
  });
  afterAll(() => programs[Symbol.asyncDispose]());

  describe.each(runtimes)("of %s", (_, runtime) => {
    test.each(cases)("follow a master that $event and returns, with $family", async (given) => {
      const { address } = given;
      await using network = await openElectedNetwork(address, {
        addresses: [address],
        advertInterval: 1,
        priorities: [200, 150, 100],
        runtime: runtime(),
      });
      const { first, second } = network;
      await using probe = network.probe(address);
      await answered(network, probe, settled);
      const lost = await measureFailover(network, { probe, address, to: second }, () => given.leave(first));
      expect(lost.gap).toBeLessThan(4000);
      await answered(network, probe, settled);
      expect(await neighbour(network, address)).toBe(await hardwareAddress(second));

      const gap = await measureHeal(network, { probe, address, to: first }, () => given.heal(first));
      expect(gap).toBeLessThan(1000);
      expect(await neighbour(network, address)).toBe(await hardwareAddress(first));
    });
  });
});

/** The hardware address that the client has for an address. */
async function neighbour(network: VrrpNetwork, address: string): Promise<string | undefined> {
  const { stdout } = await network.tryAtClient("ip", "neighbour", "show", address);
  return / lladdr (\S+)/.exec(stdout)?.[1];
}

async function hardwareAddress(node: VrrpNode): Promise<string | undefined> {
  const { stdout } = await node.run("ip", "link", "show", "dev", "eth0");
  return /link\/ether (\S+)/.exec(stdout)?.[1];
}
