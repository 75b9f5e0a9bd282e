import { run } from "@sysext-kiln/machine";
import {
  answered,
  containerOfEnvironment,
  describeNetworks,
  openVrrpNetwork,
  type VrrpNetwork,
  type VrrpNode,
} from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { buildVrrpPrograms, type VrrpPrograms } from "./vrrp-programs.ts";
import { main } from "./paths.ts";

const address = "10.99.0.100";

let programs: VrrpPrograms;
/** The container's variables in the cluster. */
let deployed: Record<string, string>;

type Nodes = [VrrpNode, VrrpNode, VrrpNode];

interface Deployment extends AsyncDisposable {
  network: VrrpNetwork;
  nodes: Nodes;
}

/** Three healthy nodes, with changed variables; the first node has the address. */
async function openDeployment(
  priorities: readonly [number, number, number],
  changes: Readonly<Record<string, string>> = {},
): Promise<Deployment> {
  await using stack = new AsyncDisposableStack();
  const network = stack.use(
    await openVrrpNetwork({
      addresses: [address],
      advertInterval: 1,
      check: true,
      priorities,
      runtime: containerOfEnvironment(programs.container, ({ priority }) => ({
        ...deployed,
        ...changes,
        KEEPALIVED_PRIORITY: String(priority),
      })),
    }),
  );
  const [first, ...others] = network.nodes;
  const [second, third] = others;
  if (!first || !second || !third) throw new Error("the network has fewer than three nodes");
  for (const node of network.nodes) await node.setHealthy(true);
  await first.start();
  await network.until("the first node to have the address", () => owns(network, first));
  for (const node of others) await node.start();
  await network.until("the others to be backups", () =>
    others.every((node) => node.log().includes("BACKUP STATE")),
  );
  const owned = stack.move();
  return { network, nodes: [first, second, third], [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Whether only this node has the address. */
function owns(network: VrrpNetwork, { name }: VrrpNode): boolean {
  const owners = network.owners(address);
  return owners.length === 1 && owners[0] === name;
}

/** Ten successful checks, 2 s apart, and as much again. */
const recoveryMs = 40_000;

const hasChanged = (node: VrrpNode, from: number, to: number) =>
  node.log().includes(`Changing effective priority from ${from} to ${to}`);

describeNetworks("what kiln deploy kubernetes prints", () => {
  beforeAll(async () => {
    programs = await buildVrrpPrograms();
    const options = ["--ip", `${address}/24`, "--interface", "eth0", "--image", "example.org/keepalived:1"];
    deployed = environmentIn(await run(process.execPath, [main, "deploy", "kubernetes", ...options]));
  });
  afterAll(() => programs[Symbol.asyncDispose]());

  test("keeps the address on a healthy node until that becomes unhealthy, and does not move it back", async () => {
    await using deployment = await openDeployment([100, 100, 100]);
    const { network, nodes } = deployment;
    const [first, ...others] = nodes;
    const owner = () => others.find((node) => owns(network, node));
    await first.setHealthy(false);
    await network.until("another node to have the address", () => owner() !== undefined);
    const next = owner();
    await first.setHealthy(true);
    await network.until("the first node to be healthy", () => hasChanged(first, 50, 100), recoveryMs);
    expect(owner()).toBe(next);
  });

  test("moves the address to a healthy third node while the first is unhealthy and the second is gone", async () => {
    await using deployment = await openDeployment([100, 99, 98]);
    const { network, nodes } = deployment;
    const [first, second, third] = nodes;
    await second.unplug();
    await first.setHealthy(false);
    await network.until("the third node to have the address", () => owns(network, third));
    expect(hasChanged(first, 100, 50)).toBe(true);
  });

  test("would keep the address on the unhealthy node with the weight that many examples use", async () => {
    await using deployment = await openDeployment([100, 99, 98], { KEEPALIVED_CHECK_WEIGHT: "-2" });
    const { network, nodes } = deployment;
    const [first, second, third] = nodes;
    await second.unplug();
    await first.setHealthy(false);
    await network.until("the check to have failed", () => hasChanged(first, 100, 98));
    // Meanwhile the third node receives enough advertisements to take the address.
    await first.setHealthy(true);
    await network.until("the first node to be healthy", () => hasChanged(first, 98, 100), recoveryMs);
    expect(owns(network, first)).toBe(true);
    expect(third.log()).not.toContain("MASTER STATE");
  });

  test("does not move the address when a node returns before its API server does", async () => {
    const quick = { KEEPALIVED_ADVERT_INTERVAL: "0.1", KEEPALIVED_PASSWORD: "" };
    await using deployment = await openDeployment([100, 99, 98], quick);
    const { network, nodes } = deployment;
    const [first, second] = nodes;
    await first.stop();
    await network.until("the second node to have the address", () => owns(network, second));
    await first.setHealthy(false);
    const before = network.changes.length;
    await first.start();
    await network.until("the first node to be a backup", () => /BACKUP[^]*BACKUP STATE/.test(first.log()));
    await using probe = network.probe(address);
    // Ten intervals: three would be enough to take it.
    await answered(network, probe, 100);
    expect(network.changes.slice(before)).toEqual([]);
    await first.setHealthy(true);
    await network.until("the first node to have it again", () => owns(network, first), recoveryMs);
  });

  test("keeps the address on some node while no API server answers, as during kubeadm init", async () => {
    await using deployment = await openDeployment([100, 100, 100]);
    const { network, nodes } = deployment;
    for (const node of nodes) await node.setHealthy(false);
    await network.until("all checks to have failed", () => nodes.every((node) => hasChanged(node, 100, 50)));
    await network.until("one node to have the address", () => nodes.some((node) => owns(network, node)));
    expect(network.owners(address)).toHaveLength(1);
  });
});

const configMap = z.object({ kind: z.literal("ConfigMap"), data: z.record(z.string(), z.string()) });
const secret = z.object({ kind: z.literal("Secret"), data: z.object({ password: z.base64() }) });

/** The variables that the kubelet would set in the container, with the paths of files in the test network. */
function environmentIn(manifests: string): Record<string, string> {
  const objects: unknown[] = parseAllDocuments(manifests).map((document): unknown => document.toJS());
  const find = <T>(schema: z.ZodType<T>) => {
    const [found] = objects.flatMap((object) => schema.safeParse(object).data ?? []);
    return found ?? expect.fail("no such object in the manifests");
  };
  return {
    ...find(configMap).data,
    KEEPALIVED_CHECK_CA_FILE: "/etc/keepalived/ca.crt",
    KEEPALIVED_PASSWORD: Buffer.from(find(secret).data.password, "base64").toString(),
  };
}
