import { fileURLToPath } from "node:url";
import { run, tryRun, type Outcome } from "@sysext-kiln/machine";
import { openNamespace, waitUntil, type Namespace } from "@sysext-kiln/booted-host";
import { watchAddresses, type AddressChange } from "./address-watch.ts";
import { openCable } from "./cable.ts";
import { startProbe, type Probe } from "./client.ts";
import { serveHealth } from "./health.ts";
import { makeNode, type VrrpNode } from "./node.ts";
import { device, healthFile, prefixLength, type NodeDescription, type VrrpOptions } from "./options.ts";
import type { Runtime } from "./runtime.ts";
import { ensureTestPrograms } from "../programs.ts";

export interface VrrpNetworkOptions extends VrrpOptions {
  /** One for each node. */
  priorities: readonly number[];
  /** How the nodes run keepalived: one runtime for all, or one for each. */
  runtime: Runtime | readonly Runtime[];
}

/** A bridge with nodes and a client on it. */
export interface VrrpNetwork extends AsyncDisposable {
  nodes: readonly VrrpNode[];
  /** Every change of a node's addresses since the network was opened, in order. */
  changes: readonly AddressChange[];
  /** Names of the nodes that have an address. */
  owners(address: string): string[];
  /** Starts a probe of an address by the client. */
  probe(address: string): Probe;
  /** Runs a command on the client. */
  tryAtClient(program: string, ...args: readonly string[]): Promise<Outcome>;
  /** Waits until a condition holds. The error, if it never does, shows what every keepalived logged. */
  until(what: string, condition: () => boolean | Promise<boolean>, timeoutMs?: number): Promise<void>;
}

const prepareScript = fileURLToPath(new URL("prepare-node.sh", import.meta.url));

/**
 * Opens a network of nodes, each with its own network, processes and mounts. Everything ends with this
 * process, however it ends.
 */
export async function openVrrpNetwork(options: VrrpNetworkOptions): Promise<VrrpNetwork> {
  await ensureTestPrograms("ip", "ping", "openssl", "nft");
  await using stack = new AsyncDisposableStack();
  const open = async () => stack.use(await openNamespace("net"));
  const [bridge, client, ...machines] = await Promise.all([open(), open(), ...options.priorities.map(open)]);
  await connect(bridge, [client, ...machines]);
  await Promise.all([
    prepare(client, { address: "10.99.0.2", address6: "fd99::2" }),
    ...machines.map((machine, n) => prepare(machine, addressesOf(n))),
  ]);
  const changes: AddressChange[] = [];
  const nodes = machines.map((namespace, n) => {
    const description: NodeDescription = {
      name: `node${n + 1}`,
      ...addressesOf(n),
      priority: options.priorities[n] ?? 0,
      peers: machines.map((_, other) => addressesOf(other)).filter((_, other) => other !== n),
      outside: (path) => `/proc/${namespace.pid}/root${path}`,
    };
    const runtime = "name" in options.runtime ? options.runtime : options.runtime[n];
    if (runtime === undefined) throw new Error(`no runtime for ${description.name}`);
    const cable = openCable(bridge, portOf(n + 1), description.address);
    return makeNode({ description, namespace, runtime, vrrp: options, cable });
  });
  await Promise.all(
    machines.map((namespace, n) =>
      watchAddresses(nodes[n]?.name ?? "", namespace, (change) => changes.push(change)),
    ),
  );
  if (options.check) await Promise.all(machines.map(serveHealth));
  const resources = stack.move();
  return {
    nodes,
    changes,
    owners: (address) => ownersIn(changes, address),
    probe: (address) => startProbe(client, address),
    tryAtClient(program, ...args) {
      const [first, ...enter] = client.enter;
      return tryRun(first, [...enter, program, ...args]);
    },
    async until(what, condition, timeoutMs = 15_000) {
      if (await waitUntil(async () => condition(), timeoutMs)) return;
      const logs = nodes.map((node) => `${node.name}:\n${node.log()}`);
      throw new Error(`waited ${timeoutMs / 1000} s for ${what}\n${logs.join("\n")}`);
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function ownersIn(changes: readonly AddressChange[], address: string): string[] {
  const owners = new Set<string>();
  for (const change of changes.filter((one) => one.address === address)) {
    if (change.kind === "added") owners.add(change.node);
    else owners.delete(change.node);
  }
  return [...owners];
}

function addressesOf(n: number): { address: string; address6: string } {
  return { address: `10.99.0.${10 + n}`, address6: `fd99::${10 + n}` };
}

function portOf(n: number): string {
  return `port${n}`;
}

/** Connects machines to a bridge that forwards at once and floods multicast. */
async function connect(bridge: Namespace, machines: readonly Namespace[]): Promise<void> {
  const lines = [
    "link add bridge type bridge forward_delay 0 stp_state 0 mcast_snooping 0",
    "link set bridge up",
    ...machines.flatMap(({ pid }, n) => [
      `link add ${portOf(n)} type veth peer name ${device} netns ${pid}`,
      `link set ${portOf(n)} master bridge up`,
    ]),
  ];
  await inNetwork(bridge, ["-batch", "-"], lines.join("\n"));
}

async function prepare(
  { enter: [program, ...enter] }: Namespace,
  { address, address6 }: { address: string; address6: string },
): Promise<void> {
  const networks = [`${address}/${prefixLength.inet}`, `${address6}/${prefixLength.inet6}`];
  await run(program, [...enter, "sh", prepareScript, device, healthFile, ...networks]);
}

/** Runs ip(8) in a network, with this machine's process ids. */
async function inNetwork({ pid }: Namespace, args: readonly string[], input = ""): Promise<void> {
  await run("nsenter", [`--net=/proc/${pid}/ns/net`, "ip", ...args], { input });
}
