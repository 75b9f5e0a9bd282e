import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import {
  containerOfEnvironment,
  describeNetworks,
  execCommand,
  mountedRunFolder,
  openVrrpNetwork,
  programRuntime,
  signalCommand,
  unpackDebianPackage,
  type Runtime,
  type VrrpNetwork,
  type VrrpNode,
} from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildVrrpPrograms, type VrrpPrograms } from "./vrrp-programs.ts";

const address = "10.99.0.100";
const port = 9650;
const password = "n0tHere7";

let programs: VrrpPrograms;

describeNetworks("the metrics of keepalived", () => {
  beforeAll(async () => {
    programs = await buildVrrpPrograms();
  });
  afterAll(() => programs[Symbol.asyncDispose]());

  test("show that the address moves from one node to the other, and never the password", async () => {
    await using network = await open(
      containerWith(({ name, address: own, address6 }) => ({
        KEEPALIVED_PASSWORD: password,
        // As deploy/kubernetes writes it: in brackets, whatever the family.
        KEEPALIVED_METRICS: `[${name === "node1" ? own : address6}]:${port}`,
      })),
    );
    const [first, second] = nodesOf(network);
    const urls = [`http://${first.address}:${port}/metrics`, `http://[${second.address6}]:${port}/metrics`];
    const [urlOfFirst = "", urlOfSecond = ""] = urls;
    await first.start();
    await network.until("the address", () => network.owners(address).join() === first.name);
    await second.start();
    await network.until("a backup", () => second.log().includes("Entering BACKUP STATE"));
    const before = await Promise.all(urls.map((url) => scrape(network, url)));
    expect(before.map((text) => valueOf(text, "keepalived_vrrp_state"))).toEqual([2, 1]);
    expect(before.map((text) => valueOf(text, "keepalived_vrrp_address_assigned"))).toEqual([1, 0]);
    expect(before[0]).toContain(
      `keepalived_vrrp_address_assigned{vrrp_instance="virtual_ips",interface="eth0",virtual_router_id="1",address="${address}"} 1\n`,
    );
    expect(valueOf(before[0], "keepalived_vrrp_became_master_total")).toBe(1);
    await acceptedByPrometheus(before[0] ?? "");

    // Requests at the same time, together with a probe, while keepalived reloads its configuration.
    const pids = (await first.run("pidof", "keepalived")).stdout;
    const many = await Promise.all(
      Array.from({ length: 8 }, async () => {
        await first.run(...signalCommand("HUP"));
        await first.run(...execCommand("/usr/bin/keepalivedctl", "ready"));
        return scrape(network, urlOfFirst);
      }),
    );
    for (const text of many.filter((one) => valueOf(one, "keepalived_up") === 1)) {
      expect(text.match(/^keepalived_\w+/gm)).toEqual((before[0] ?? "").match(/^keepalived_\w+/gm));
    }
    await network.until(
      "metrics",
      async () => valueOf(await scrape(network, urlOfFirst), "keepalived_up") === 1,
    );
    expect((await first.run("pidof", "keepalived")).stdout).toBe(pids);

    await first.unplug();
    await network.until("the second master", () => network.owners(address).join() === second.name);
    const after = await scrape(network, urlOfSecond);
    expect(valueOf(after, "keepalived_vrrp_address_assigned")).toBe(1);
    expect(valueOf(after, "keepalived_vrrp_state")).toBe(2);
    expect(valueOf(after, "keepalived_vrrp_advertisements_received_total")).toBeGreaterThan(0);
    // Nobody reaches the first node, except from inside.
    const inside = await first.run(...execCommand("/usr/bin/keepalivedctl", "metrics"));
    expect(inside).toMatchObject({ status: 0 });
    expect(valueOf(inside.stdout, "keepalived_vrrp_state")).toBe(3);
    expect(valueOf(inside.stdout, "keepalived_vrrp_address_assigned")).toBe(0);
    expect(valueOf(inside.stdout, "keepalived_vrrp_released_master_total")).toBe(1);

    const left = await first.run(...execCommand("/usr/bin/keepalivedctl", "render"));
    for (const text of [...before, ...many, after, inside.stdout, first.log(), second.log(), left.stdout]) {
      expect(text).not.toContain(password);
    }
    const files = await first.run("grep", "-rl", password, mountedRunFolder);
    expect(files.stdout.split("\n").map((file) => file.split("/").at(-1))).toEqual(["keepalived.conf"]);
  });

  test("count advertisements with another password, when both nodes take the address, also as a user other than root", async () => {
    await using network = await open(
      containerWith(
        ({ name, address: own }) => ({
          KEEPALIVED_PASSWORD: name === "node1" ? password : "another1",
          KEEPALIVED_METRICS: `${own}:${port}`,
        }),
        { uid: 65532, noNewPrivileges: false },
      ),
    );
    const nodes = nodesOf(network);
    for (const node of nodes) await node.start();
    await network.until("two masters", () => network.owners(address).length === 2);
    await network.until("authentication errors", async () => {
      const texts = await Promise.all(
        nodes.map((node) => scrape(network, `http://${node.address}:${port}/metrics`)),
      );
      return texts.every(
        (text) =>
          valueOf(text, "keepalived_vrrp_address_assigned") === 1 &&
          valueOf(text, 'keepalived_vrrp_packet_errors_total{.*reason="authentication_failure"}') > 0,
      );
    });
    for (const node of nodes) {
      const inside = await node.run(...execCommand("/usr/bin/keepalivedctl", "metrics"));
      expect(inside).toMatchObject({ status: 0 });
      expect(inside.stdout + node.log()).not.toContain(password);
    }
  });

  test("show that the check fails", async () => {
    await using network = await open(
      containerWith(({ address: own }) => ({
        KEEPALIVED_METRICS: `${own}:${port}`,
        KEEPALIVED_CHECK_URL: "https://127.0.0.1:6443/readyz",
        KEEPALIVED_CHECK_CA_FILE: "/etc/keepalived/ca.crt",
        KEEPALIVED_CHECK_INTERVAL: "1",
      })),
      { check: true },
    );
    const [node] = nodesOf(network);
    const read = async (name: string) =>
      valueOf(await scrape(network, `http://${node.address}:${port}/metrics`), name);
    await node.start();
    await network.until("the address", () => network.owners(address).length === 1);
    expect(await read("keepalived_check_success")).toBe(1);
    await node.setHealthy(false);
    await network.until(
      "a lower priority",
      async () => (await read("keepalived_vrrp_effective_priority")) === 50,
    );
    expect(await read("keepalived_check_success")).toBe(0);
    expect(await read("keepalived_vrrp_base_priority")).toBe(100);
  });

  test("can be served for a keepalived outside of the container", async () => {
    const program = programRuntime(programs.keepalived);
    const runtime: Runtime = {
      ...program,
      prepare: async (...args) => ["env", "TMPDIR=/run", ...(await program.prepare(...args))],
    };
    await using network = await open(runtime, { password });
    const [node] = nodesOf(network);
    const command = join(programs.container.root, "usr/bin/keepalivedctl");
    const options = [
      "metrics",
      "--vrrp-pid",
      "/run/vrrp.pid",
      "--state-file",
      "/run/keepalived.json",
    ] as const;
    const missing = await node.run(command, ...options);
    expect(missing).toMatchObject({ status: 1 });
    expect(valueOf(missing.stdout, "keepalived_up")).toBe(0);
    await node.start();
    await network.until("the address", () => network.owners(address).join() === node.name);
    const once = await node.run(command, ...options);
    expect(once).toMatchObject({ status: 0 });
    expect(valueOf(once.stdout, "keepalived_vrrp_address_assigned")).toBe(1);
    expect(once.stdout + once.stderr).not.toContain(password);
    expect((await node.run("ls", "/run/keepalived.json")).status).not.toBe(0);

    const words = [command, ...options, "--listen", `${node.address}:${port}`].join(" ");
    await node.run("sh", "-c", `${words} >/dev/null 2>&1 & echo $! >/run/metrics.pid`);
    await network.until("metrics", async () => {
      const text = await scrape(network, `http://${node.address}:${port}/metrics`);
      return text.includes("keepalived_up 1") && !text.includes(password);
    });
    await node.run("sh", "-c", "kill $(cat /run/metrics.pid)");
    await node.stop();
  });
});

function containerWith(
  variablesFor: (node: NodeNames) => Readonly<Record<string, string>>,
  identity?: Parameters<typeof containerOfEnvironment>[2],
): Runtime {
  const variables = (node: NodeNames) => ({ KEEPALIVED_VIRTUAL_IPS: address, ...variablesFor(node) });
  return containerOfEnvironment(programs.container, variables, identity);
}

interface NodeNames {
  name: string;
  address: string;
  address6: string;
}

/** Opens a network of two nodes with the same priority. */
function open(runtime: Runtime, options?: { check?: boolean; password?: string }): Promise<VrrpNetwork> {
  return openVrrpNetwork({
    ...options,
    addresses: [address],
    advertInterval: 1,
    priorities: [100, 100],
    runtime,
  });
}

function nodesOf({ nodes: [first, second] }: VrrpNetwork): [VrrpNode, VrrpNode] {
  if (first === undefined || second === undefined) throw new Error("the network has fewer than two nodes");
  return [first, second];
}

/** Requests metrics as Prometheus does, from another machine; returns "" if nothing answers. */
async function scrape(network: VrrpNetwork, url: string): Promise<string> {
  const script = "process.stdout.write(await (await fetch(process.argv[1])).text())";
  return (await network.tryAtClient(process.execPath, "--input-type=module", "--eval", script, url)).stdout;
}

/** @param name a metric, or a regular expression for it with its labels */
function valueOf(text = "", name: string): number {
  return Number(new RegExp(`^${name}(?:\\{.*\\})? (.*)$`, "m").exec(text)?.[1] ?? "NaN");
}

/** Prometheus' own check of the format and of the names. */
async function acceptedByPrometheus(text: string): Promise<void> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "kiln-promtool-"));
  await unpackDebianPackage("prometheus", folder.path);
  await run(join(folder.path, "usr/bin/promtool"), ["check", "metrics"], { input: `${text}\n` });
}
