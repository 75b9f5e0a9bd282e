import {
  answered,
  containerOfEnvironment,
  describeNetworks,
  execCommand,
  measureFailover,
  openVrrpNetwork,
  type VrrpNetwork,
  type VrrpNode,
} from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildVrrpPrograms, type VrrpPrograms } from "./vrrp-programs.ts";

const address = "10.99.0.100";
const address6 = "fd99::100";

let programs: VrrpPrograms;

describeNetworks("the container", () => {
  beforeAll(async () => {
    programs = await buildVrrpPrograms();
  });
  afterAll(() => programs[Symbol.asyncDispose]());

  test("moves Metal3's endpoint from a management node to a target node, which keeps it", async () => {
    // Both clusters have the same environment, because pivoting moves the deployment from one to the other.
    const variables = {
      PROVISIONING_IP: address,
      PROVISIONING_CIDR: "24",
      PROVISIONING_INTERFACE: "eth0",
      // The same ConfigMap also has variables of other programs.
      DHCP_RANGE: "10.99.0.200,10.99.0.250",
    };
    await using network = await open(variables);
    const [management, target] = nodesOf(network);
    await management.start();
    await network.until("the endpoint", () => network.owners(address).join("") === management.name);
    await using probe = network.probe(address);
    await answered(network, probe, 10);

    await target.start();
    await network.until("the target to be a backup", () => target.log().includes("Entering BACKUP STATE"));
    const together = network.changes.length;
    // Longer than three intervals.
    await answered(network, probe, 400);
    expect(network.changes.slice(together)).toEqual([]);

    const pivot = await measureFailover(network, { probe, address, to: target }, () => management.unplug());
    expect(pivot.takeover).toBeLessThan(4000);
    await management.plug();
    await network.until(
      "the management node to give up the address",
      () => network.owners(address).length === 1,
    );
    const after = network.changes.length;
    await answered(network, probe, 400);
    expect(network.changes.slice(after)).toEqual([]);
    expect(network.owners(address)).toEqual([target.name]);
  });

  test("moves Metal3's list of addresses of both families together", async () => {
    const variables = {
      KEEPALIVED_VIRTUAL_IPS: `${address},eth0,24 ${address6},eth0`,
      KEEPALIVED_ADVERT_INTERVAL: "0.1",
    };
    await using network = await open(variables);
    const [first, second] = nodesOf(network);
    await first.start();
    await network.until("both addresses", () =>
      [address, address6].every((one) => network.owners(one).join("") === first.name),
    );
    await second.start();
    await network.until("a backup", () => second.log().includes("Entering BACKUP STATE"));
    await using probe = network.probe(address6);
    await answered(network, probe, 10);
    const moved = await measureFailover(network, { probe, address: address6, to: second }, () =>
      first.stop(),
    );
    expect(moved.gap).toBeLessThan(500);
    expect(network.owners(address)).toEqual([second.name]);
  });

  test("is ready unless it is in FAULT, and live while its process runs", async () => {
    await using network = await open({ KEEPALIVED_VIRTUAL_IPS: address, KEEPALIVED_ADVERT_INTERVAL: "0.1" });
    const [node] = nodesOf(network);
    const probe = (name: string) => node.run(...execCommand("/usr/bin/keepalivedctl", name));
    await node.start();
    await network.until("the address", () => network.owners(address).length === 1);
    expect(await probe("ready")).toMatchObject({ status: 0, stdout: "virtual_ips MASTER, priority 100" });
    // The kubelet may run several probes at the same time.
    const many = await Promise.all(Array.from({ length: 5 }, () => probe("ready")));
    expect(many.map(({ status }) => status)).toEqual([0, 0, 0, 0, 0]);
    expect((await probe("live")).status).toBe(0);

    await node.unplug();
    await network.until(
      "FAULT",
      async () => (await probe("ready")).stdout === "virtual_ips FAULT, priority 100",
    );
    const fault = await probe("ready");
    expect(fault).toMatchObject({ status: 1, stderr: "keepalivedctl: in FAULT: virtual_ips" });
    expect((await probe("live")).status).toBe(0);

    await node.plug();
    await network.until("readiness", async () => (await probe("ready")).status === 0);
    await node.run(...execCommand("/usr/bin/keepalivedctl", "help"));
    await node.stop();
    expect(await node.ended()).toBe(0);
  });

  test("logs why its check fails, and that it succeeds again", async () => {
    const variables = {
      KEEPALIVED_VIRTUAL_IPS: address,
      KEEPALIVED_CHECK_URL: "https://127.0.0.1:6443/readyz",
      KEEPALIVED_CHECK_CA_FILE: "/etc/keepalived/ca.crt",
      KEEPALIVED_CHECK_SERVER_NAME: "kubernetes",
      KEEPALIVED_CHECK_INTERVAL: "1",
    };
    await using network = await open(variables, { check: true });
    const [node] = nodesOf(network);
    const priority = async () => (await node.run(...execCommand("/usr/bin/keepalivedctl", "ready"))).stdout;
    await node.start();
    await network.until("the address", () => network.owners(address).length === 1);
    await node.setHealthy(false);
    await network.until("a lower priority", async () => (await priority()).endsWith("priority 50"));
    expect(node.log()).toContain(
      'the check fails: https://127.0.0.1:6443/readyz answered 500 Internal Server Error: "not ready"',
    );
    await node.setHealthy(true);
    // After ten successful checks, 1 s apart.
    await network.until("the priority", async () => (await priority()).endsWith("priority 100"), 30_000);
    expect(node.log()).toContain("the check of https://127.0.0.1:6443/readyz succeeds");
    expect(network.owners(address)).toEqual([node.name]);
    await node.stop();
    expect(await node.ended()).toBe(0);
  });
});

/** Opens a network of two nodes that both run the container with the same variables. */
function open(
  variables: Readonly<Record<string, string>>,
  options?: { check: boolean },
): Promise<VrrpNetwork> {
  return openVrrpNetwork({
    ...options,
    addresses: [address],
    advertInterval: 1,
    priorities: [100, 100],
    runtime: containerOfEnvironment(programs.container, () => variables),
  });
}

function nodesOf({ nodes: [first, second] }: VrrpNetwork): [VrrpNode, VrrpNode] {
  if (first === undefined || second === undefined) throw new Error("the network has fewer than two nodes");
  return [first, second];
}
