import { rm, writeFile } from "node:fs/promises";
import { tryRun, type Outcome } from "@sysext-kiln/machine";
import { execa } from "execa";
import type { Namespace } from "@sysext-kiln/booted-host";
import { healthFile, type NodeDescription, type VrrpOptions } from "./options.ts";
import type { NodeCommand, Runtime } from "./runtime.ts";

/** A node of a network, with keepalived on it. */
export interface VrrpNode extends NodeDescription {
  /** Starts keepalived without waiting for anything that it does. */
  start(): Promise<void>;
  /** Asks keepalived to end, and waits until it has. */
  stop(): Promise<void>;
  /** Ends keepalived as a crash does, without any cleanup. */
  kill(): Promise<void>;
  /** Waits until keepalived has ended; returns the exit status, which is undefined after a signal. */
  ended(): Promise<number | undefined>;
  unplug(): Promise<void>;
  plug(): Promise<void>;
  /** Makes its health check succeed or fail. */
  setHealthy(healthy: boolean): Promise<void>;
  run(...command: NodeCommand): Promise<Outcome>;
  /** What keepalived has logged since the network was opened. */
  log(): string;
}

interface NodeOptions {
  description: NodeDescription;
  namespace: Namespace;
  runtime: Runtime;
  vrrp: VrrpOptions;
  /** Sets the other end of its cable `up` or `down`. */
  setCable: (state: "up" | "down") => Promise<void>;
}

export function makeNode({ description, namespace, runtime, vrrp, setCable }: NodeOptions): VrrpNode {
  const [program, ...enter] = namespace.enter;
  const run = (...command: NodeCommand) => tryRun(program, [...enter, ...command]);
  let running: ReturnType<typeof spawn> | undefined;
  let log = "";
  const end = async (command: NodeCommand) => {
    const outcome = await run(...command);
    if (outcome.status !== 0)
      throw new Error(`${command.join(" ")} in ${description.name}: ${outcome.summary}\n${log}`);
    await running;
  };
  return {
    ...description,
    run,
    async start() {
      const command = await runtime.prepare(description, vrrp);
      running = spawn(program, [...enter, ...command]);
      running.all.on("data", (chunk: Buffer) => (log += chunk.toString("utf8")));
    },
    stop: () => end(runtime.stop),
    kill: () => end(runtime.kill),
    ended: async () => (await running)?.exitCode,
    unplug: () => setCable("down"),
    plug: () => setCable("up"),
    async setHealthy(healthy) {
      const path = description.outside(healthFile);
      await (healthy ? writeFile(path, "") : rm(path, { force: true }));
    },
    log: () => log,
  };
}

function spawn(program: string, args: readonly string[]) {
  return execa(program, args, { reject: false, all: true, stdin: "ignore" });
}
