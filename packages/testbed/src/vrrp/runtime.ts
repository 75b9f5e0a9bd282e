import { chmod, copyFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { configurationOf } from "./configuration.ts";
import { healthFile, type NodeDescription, type VrrpOptions } from "./options.ts";

/** A command to be run inside a node. */
export type NodeCommand = readonly [string, ...string[]];

/** One way to run keepalived on a node. */
export interface Runtime {
  name: string;
  /** Writes the files that a node needs; returns the command that runs keepalived in the foreground. */
  prepare(node: NodeDescription, options: VrrpOptions): Promise<NodeCommand>;
  /** The command that asks keepalived to end. */
  stop: NodeCommand;
  /** The command that kills every process of keepalived at once, so that nothing is cleaned up. */
  kill: NodeCommand;
}

/** The path of its configuration on a node. */
export const programConfiguration = "/run/keepalived.conf";
const check = "/run/check-health";
const checkScript = fileURLToPath(new URL("check-health.sh", import.meta.url));
/** keepalived's default paths; every node has its own. */
const pidFiles = { parent: "/run/keepalived.pid", vrrp: "/run/vrrp.pid" };

/**
 * keepalived as a program on the host, as the extension installs it.
 * @param own what differs from the options of the network
 */
export function programRuntime(keepalived: string, own: Partial<VrrpOptions> = {}): Runtime {
  return {
    name: "the program",
    async prepare(node, options) {
      await copyFile(checkScript, node.outside(check));
      await chmod(node.outside(check), 0o755);
      const health = { script: `${check} ${healthFile}` };
      await writeFile(
        node.outside(programConfiguration),
        configurationOf({ ...options, ...own }, node, health),
        {
          mode: 0o600,
        },
      );
      const pids = [`--pid=${pidFiles.parent}`, `--vrrp_pid=${pidFiles.vrrp}`];
      return [
        keepalived,
        "--dont-fork",
        "--log-console",
        "--no-syslog",
        `--use-file=${programConfiguration}`,
        ...pids,
      ];
    },
    stop: shell(`kill -TERM $(cat ${pidFiles.parent})`),
    // The parent last, because the kernel sends a signal to shut down to the child when the parent ends.
    kill: shell(`kill -KILL $(cat ${pidFiles.vrrp} ${pidFiles.parent})`),
  };
}

function shell(script: string): ["sh", "-c", string] {
  return ["sh", "-c", script];
}
