import { createServer, connect } from "node:net";
import { once } from "node:events";
import { pipeline } from "node:stream";
import { fileURLToPath } from "node:url";
import { run } from "@sysext-kiln/machine";
import { execa } from "execa";
import { openNamespace } from "./namespace.ts";

/** A network with only a loopback interface, for one host or several; it ends with this process. */
export interface HostNetwork extends AsyncDisposable {
  /** A process in the network. */
  pid: number;
  /** Runs a command of this machine in the network, such as `ip`. */
  run(program: string, args: readonly string[]): Promise<string>;
  /** Makes a port of this machine's 127.0.0.1 reachable in the network at the same address. */
  expose(port: number): Promise<void>;
}

/** Gives a network an interface `eth0` that VRRP can use, with an address such as `192.0.2.1/24`. */
export async function addInterface(network: HostNetwork, address: string): Promise<void> {
  await network.run("ip", ["link", "add", "eth0", "type", "veth", "peer", "name", "peer0"]);
  await network.run("ip", ["address", "add", address, "dev", "eth0"]);
  for (const name of ["eth0", "peer0"]) await network.run("ip", ["link", "set", name, "up"]);
}

const forwarder = fileURLToPath(new URL("forward.ts", import.meta.url));

/** Opens a network; this machine's own interfaces, routes and firewall are not changed. */
export async function openNetwork(): Promise<HostNetwork> {
  await using stack = new AsyncDisposableStack();
  const namespace = stack.use(await openNamespace("net"));
  const [program, ...enter] = namespace.enter;
  const inside = (command: readonly string[]) => run(program, [...enter, ...command]);
  await inside(["mount", "-t", "proc", "proc", "/proc"]);
  await inside(["mount", "-t", "tmpfs", "tmpfs", "/run"]);
  await inside(["ip", "link", "set", "lo", "up"]);
  const resources = stack.move();
  return {
    pid: namespace.pid,
    run: (command, args) => inside([command, ...args]),
    async expose(port) {
      // Sockets in the file system are reachable from every network.
      const name = `/run/${port}.sock`;
      const server = createServer((inner) => {
        const outer = connect(port, "127.0.0.1");
        // Unlike pipe(), this closes both however one of them ends.
        pipeline(inner, outer, inner, () => {});
      });
      resources.defer(() => void server.close());
      server.listen(`/proc/${namespace.pid}/root${name}`);
      await once(server, "listening");
      const words = [...enter, process.execPath, forwarder, String(port), name];
      const child = execa(program, words, { reject: false, buffer: false });
      const first = await Promise.race([once(child.stdout, "data"), child]);
      if (!Array.isArray(first)) throw new Error(`cannot listen on port ${port} in the network of a host`);
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
