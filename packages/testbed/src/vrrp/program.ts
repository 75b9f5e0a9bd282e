import { writeFile } from "node:fs/promises";
import { configurationOf } from "./configuration.ts";
import { healthFile } from "./options.ts";
import type { Runtime } from "./runtime.ts";

const file = "/run/keepalived.conf";
/** keepalived's own places, which every node has to itself. */
const pidFiles = { parent: "/run/keepalived.pid", vrrp: "/run/vrrp.pid" };

/** keepalived as a program of the host, as the extension brings it. */
export function programRuntime(keepalived: string): Runtime {
  return {
    name: "the program",
    async prepare(node, options) {
      const health = { script: `/usr/bin/test -e ${healthFile}` };
      await writeFile(node.outside(file), configurationOf(options, node, health), { mode: 0o600 });
      const pids = [`--pid=${pidFiles.parent}`, `--vrrp_pid=${pidFiles.vrrp}`];
      return [keepalived, "--dont-fork", "--log-console", "--no-syslog", `--use-file=${file}`, ...pids];
    },
    stop: shell(`kill -TERM $(cat ${pidFiles.parent})`),
    // The parent last: at its end the kernel asks the child to end in order.
    kill: shell(`kill -KILL $(cat ${pidFiles.vrrp} ${pidFiles.parent})`),
  };
}

function shell(script: string): ["sh", "-c", string] {
  return ["sh", "-c", script];
}
