import { readFile, writeFile } from "node:fs/promises";
import {
  aloneAt,
  answered,
  describeNetworks,
  execCommand,
  mountedConfiguration,
  mountedContainerRuntime,
  openElectedNetwork,
  renderingContainerRuntime,
  signalCommand,
  startAgainCommand,
  type ElectedNetwork,
  type Runtime,
  type VrrpNode,
} from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildVrrpPrograms, type VrrpPrograms } from "./vrrp-programs.ts";

let programs: VrrpPrograms;

const families = [
  { family: "IPv4", address: "10.99.0.100" },
  { family: "IPv6", address: "fd99::100" },
];

describeNetworks("the container", () => {
  beforeAll(async () => {
    programs = await buildVrrpPrograms();
  });
  afterAll(() => programs[Symbol.asyncDispose]());

  test("keeps its configuration when a changed one is invalid, and reloads the corrected one", async () => {
    const address = "10.99.0.100";
    await using network = await open(mountedContainerRuntime(programs.container), address);
    const { first } = network;
    const file = first.outside(mountedConfiguration);
    const valid = await readFile(file, "utf8");
    const pids = async () => (await first.run("pidof", "keepalived")).stdout;
    const before = await pids();
    await using probe = network.probe(address);
    await answered(network, probe, 10);
    const changes = network.changes.length;

    await writeFile(file, valid.replace("virtual_ipaddress", "virtual_ipadress"));
    await first.run(...signalCommand("HUP"));
    await network.until("a refusal", () => first.log().includes("keepalived is not reloaded"));
    expect(first.log()).toContain("virtual_ipadress");
    // Three intervals without an advertisement would move the address.
    await answered(network, probe, 100);
    expect(network.changes.slice(changes)).toEqual([]);
    expect(await pids()).toBe(before);
    expect((await first.run(...execCommand("/usr/bin/keepalivedctl", "live"))).status).toBe(0);

    // Each time: the supervisor once reaped the process that checks the configuration, and took that for a failure.
    for (const corrected of Array.from({ length: 10 }, (_, index) => `10.99.0.${101 + index}`)) {
      await writeFile(file, valid.replace(`${address}/`, `${corrected}/`));
      await first.run(...signalCommand("HUP"));
      await network.until("the new address", () => network.owners(corrected).join() === first.name);
    }
    expect(await pids()).toBe(before);
  });

  describe.each(families)("with $family", ({ address }) => {
    test("removes the address when keepalived is killed, and exits", async () => {
      await using network = await open(renderingContainerRuntime(programs.container), address);
      const { first, second } = network;
      await first.run("sh", "-c", "kill -KILL $(pidof keepalived)");
      expect(await first.ended()).toBe(137);
      await aloneAt(network, address, second);
      expect(await addressesOf(first)).not.toContain(` ${address}/`);
    });

    test("removes the address of a killed container before it refuses its configuration", async () => {
      await using network = await open(mountedContainerRuntime(programs.container), address);
      const { first, second } = network;
      await first.kill();
      await network.until("two nodes with the address", () => network.owners(address).length === 2);
      await writeFile(first.outside(mountedConfiguration), "vrrp_instanc {\n}\n");
      expect(await first.run(...startAgainCommand)).toMatchObject({ status: 78 });
      await aloneAt(network, address, second);
      expect(await addressesOf(first)).not.toContain(` ${address}/`);
    });
  });
});

function open(runtime: Runtime, address: string): Promise<ElectedNetwork> {
  return openElectedNetwork(address, {
    addresses: [address],
    advertInterval: 0.1,
    priorities: [200, 100],
    runtime,
  });
}

async function addressesOf(node: VrrpNode): Promise<string> {
  return (await node.run("ip", "-oneline", "address", "show", "dev", "eth0")).stdout;
}
