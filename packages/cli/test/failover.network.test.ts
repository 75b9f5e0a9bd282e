import {
  aloneAt,
  answered,
  describeNetworks,
  measureFailover,
  mountedContainerRuntime,
  openElectedNetwork,
  programRuntime,
  renderingContainerRuntime,
  type Failover,
  type Runtime,
  type VrrpNetwork,
  type VrrpNetworkOptions,
} from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildVrrpPrograms, type VrrpPrograms } from "./vrrp-programs.ts";

const ipv4 = "10.99.0.100";
const ipv6 = "fd99::100";

let programs: VrrpPrograms;

/** keepalived behaves the same however it is run. */
const runtimes: [string, () => Runtime][] = [
  ["the program", () => programRuntime(programs.keepalived)],
  ["the container", () => mountedContainerRuntime(programs.container)],
  ["the container from variables", () => renderingContainerRuntime(programs.container)],
];

describeNetworks("failover", () => {
  beforeAll(async () => {
    programs = await buildVrrpPrograms();
  });
  afterAll(() => programs[Symbol.asyncDispose]());

  describe.each(runtimes)("of %s", (_, runtime) => {
    test.each([
      { advertInterval: 1, address: ipv4 },
      { advertInterval: 1, address: ipv4, unicast: true },
      { advertInterval: 0.1, address: ipv4 },
      { advertInterval: 0.1, address: ipv4, unicast: true },
      { advertInterval: 0.1, address: ipv6 },
    ])(
      "follows link failures and stops: $address every $advertInterval s, unicast $unicast",
      async (given) => {
        const { address, ...options } = given;
        const priorities = [200, 150, 100];
        await using network = await openElectedNetwork(address, {
          ...options,
          addresses: [address],
          runtime: runtime(),
          priorities,
        });
        const { first, second } = network;
        await using probe = await answering(network, address);

        const pulled = await measureFailover(network, { probe, address, to: second }, () => first.unplug());
        expectInTime(pulled, options);
        const back = await measureFailover(network, { probe, address, to: first }, () => first.plug());
        expectInTime(back, options);
        // With unicast the second node learns of it only after it has resolved the first one's address.
        await aloneAt(network, address, first);
        const stopped = await measureFailover(network, { probe, address, to: second }, () => first.stop());
        expectInTime(stopped, options);
        expect(stopped.gap).toBeLessThan(options.advertInterval < 1 ? 200 : 1000);
        const started = await measureFailover(network, { probe, address, to: first }, () => first.start());
        expectInTime(started, options);
        await aloneAt(network, address, first);
      },
    );

    test("does not take an address back with nopreempt", async () => {
      await using network = await openElectedNetwork(ipv4, { ...quick(runtime()), noPreempt: true });
      const { first, second } = network;
      await using probe = await answering(network, ipv4);
      const to = { probe, address: ipv4, to: second };
      await measureFailover(network, to, () => first.unplug());
      const before = network.changes.length;
      await first.plug();
      await network.until("the first node to be a backup again", () => isBackup(first.log()));
      // Ten intervals: three would be enough to take it.
      await answered(network, probe, 100);
      expect(network.changes.slice(before)).toEqual([]);
      await measureFailover(network, { ...to, to: first }, () => second.stop());
    });

    test("leaves a node whose check fails, and does not happen when all checks fail", async () => {
      await using network = await openElectedNetwork(ipv4, { ...quick(runtime()), check: true });
      const { first, second } = network;
      await using probe = await answering(network, ipv4);
      const to = { probe, address: ipv4, to: second };
      // A failure is detected within two seconds: one between two checks, and one for the check itself.
      const limit = 2000 + 300 + 1000;
      expect((await measureFailover(network, to, () => first.setHealthy(false))).takeover).toBeLessThan(
        limit,
      );
      await measureFailover(network, { ...to, to: first }, () => second.setHealthy(false));
      await answered(network, probe, 100);
      expect(network.owners(ipv4)).toHaveLength(1);
      await measureFailover(network, to, () => second.setHealthy(true));
      await measureFailover(network, { ...to, to: first }, () => first.setHealthy(true));
    });

    test("survives a crash, after which the crashed node still has the address", async () => {
      await using network = await openElectedNetwork(ipv4, quick(runtime()));
      const { first, second } = network;
      await using probe = await answering(network, ipv4);
      await measureFailover(network, { probe, address: ipv4, to: second }, () => first.kill());
      expect(network.owners(ipv4)).toEqual([first.name, second.name]);
      await measureFailover(network, { probe, address: ipv4, to: first }, () => first.start());
      await aloneAt(network, ipv4, first);
    });
  });

  describe.each(runtimes.slice(0, 2))("of %s with a hardware address of its own", (_, runtime) => {
    test("answers from the virtual router's hardware address", async () => {
      await using network = await openElectedNetwork(ipv4, { ...quick(runtime()), vmac: "accept" });
      const { first, second } = network;
      await using probe = await answering(network, ipv4);
      expectInTime(
        await measureFailover(network, { probe, address: ipv4, to: second }, () => first.unplug()),
        {
          advertInterval: 0.1,
        },
      );
      expect((await second.run("ip", "link", "show", "vrrp.51")).stdout).toContain("00:00:5e:00:01:33");
    });

    test("drops with nftables what no_accept forbids, and leaves no rule", async () => {
      await using network = await openElectedNetwork(ipv4, { ...quick(runtime()), vmac: "no_accept" });
      const { first } = network;
      const rules = async () => (await first.run("nft", "list", "ruleset")).stdout;
      await network.until("rules", async () => (await rules()).includes(`elements = { ${ipv4} }`));
      const ping = await network.tryAtClient("ping", "-c", "3", "-i", "0.2", "-W", "1", ipv4);
      expect(ping.stdout).toContain("100% packet loss");
      expect((await network.tryAtClient("ip", "neighbour")).stdout).toContain(
        `${ipv4} dev eth0 lladdr 00:00:5e:00:01:33`,
      );
      await first.stop();
      expect(await rules()).toBe("");
    });
  });
});

function quick(runtime: Runtime): VrrpNetworkOptions {
  return { addresses: [ipv4], advertInterval: 0.1, priorities: [200, 100], runtime };
}

async function answering(network: VrrpNetwork, address: string) {
  const probe = network.probe(address);
  await answered(network, probe, 10);
  return probe;
}

/** Three intervals to miss a node, and a second for everything else. */
function expectInTime({ takeover }: Failover, { advertInterval }: { advertInterval: number }): void {
  expect(takeover).toBeLessThan(3000 * advertInterval + 1000);
}

/** Whether the last state that a node has entered is BACKUP. */
function isBackup(log: string): boolean {
  return /Entering (\w+) STATE(?![\s\S]*Entering)/.exec(log)?.[1] === "BACKUP";
}
