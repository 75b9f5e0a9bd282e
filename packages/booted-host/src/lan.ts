import { run } from "@sysext-kiln/machine";
import { openNetwork, type HostNetwork } from "./network.ts";

/** A bridge between the networks of hosts, like a switch between machines; it ends with this process. */
export interface Lan extends AsyncDisposable {
  /** Opens a network for one host, with an interface `eth0` that has an address such as `192.0.2.11/24`. */
  connect(address: string): Promise<HostNetwork>;
}

export async function openLan(): Promise<Lan> {
  await using stack = new AsyncDisposableStack();
  const bridge = stack.use(await openNetwork());
  await bridge.run("ip", ["link", "add", "bridge", "type", "bridge"]);
  await bridge.run("ip", ["link", "set", "bridge", "up"]);
  // A process id is only valid outside the namespace, so only the network is entered.
  const ip = (...args: string[]) => run("nsenter", [`--net=/proc/${bridge.pid}/ns/net`, "ip", ...args]);
  let ports = 0;
  const resources = stack.move();
  return {
    async connect(address) {
      const network = resources.use(await openNetwork());
      ports += 1;
      const port = `port${ports}`;
      const eth0 = ["peer", "name", "eth0", "netns", String(network.pid)];
      await ip("link", "add", port, "type", "veth", ...eth0);
      await ip("link", "set", port, "master", "bridge", "up");
      await network.run("ip", ["address", "add", address, "dev", "eth0"]);
      await network.run("ip", ["link", "set", "eth0", "up"]);
      return network;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
