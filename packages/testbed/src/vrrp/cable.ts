import { fileURLToPath } from "node:url";
import { run } from "@sysext-kiln/machine";
import type { Namespace } from "@sysext-kiln/booted-host";

/** The bridge's end of a machine's cable. */
export interface Cable {
  /** Takes the port down: the machine loses its carrier. */
  unplug(): Promise<void>;
  plug(): Promise<void>;
  /** Drops every frame in both directions, as a failed switch in between does: the carrier stays. */
  isolate(): Promise<void>;
  /**
   * Ends the isolation right after another node has sent an advertisement, so that the next one on the
   * network is this node's own.
   */
  rejoin(): Promise<void>;
}

const isolateScript = fileURLToPath(new URL("isolate.sh", import.meta.url));

/** @param address the IPv4 address of the machine at the other end */
export function openCable(bridge: Namespace, port: string, address: string): Cable {
  const inNetwork = (...command: readonly string[]) =>
    run("nsenter", [`--net=/proc/${bridge.pid}/ns/net`, ...command]);
  const setPort = async (state: "up" | "down") => {
    await inNetwork("ip", "link", "set", port, state);
  };
  const isolation = async (verb: "begin" | "end") => {
    await inNetwork("sh", isolateScript, verb, port, address);
  };
  return {
    unplug: () => setPort("down"),
    plug: () => setPort("up"),
    isolate: () => isolation("begin"),
    rejoin: () => isolation("end"),
  };
}
