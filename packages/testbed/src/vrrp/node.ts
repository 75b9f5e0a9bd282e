import { rm, writeFile } from "node:fs/promises";
import { tryRun, type Outcome } from "@sysext-kiln/machine";
import { execa } from "execa";
import type { Namespace } from "@sysext-kiln/booted-host";
import type { Cable } from "./cable.ts";
import { healthFile, type NodeDescription, type VrrpOptions } from "./options.ts";
import type { NodeCommand, Runtime } from "./runtime.ts";

/** A node of a network, with keepalived on it. */
export interface VrrpNode extends NodeDescription, Cable {
  /** Starts keepalived without waiting for anything that it does. */
  start(): Promise<void>;
  /** Asks keepalived to end, and waits until it has. */
  stop(): Promise<void>;
  /** Ends keepalived as a crash does, without any cleanup. */
  kill(): Promise<void>;
  /** Waits until keepalived has ended; returns the exit status, which is undefined after a signal. */
  ended(): Promise<number | undefined>;
  /** Stops every process of keepalived from running, as in a paused virtual machine, until `thaw`. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Makes its health check succeed or fail. */
  setHealthy(healthy: boolean): Promise<void>;
  /** Lets its health check fail half of the time, at random, as a server under overload does. */
  overload(): Promise<void>;
  run(...command: NodeCommand): Promise<Outcome>;
  /** What keepalived has logged since the network was opened. */
  log(): string;
}

interface NodeOptions {
  description: NodeDescription;
  namespace: Namespace;
  runtime: Runtime;
  vrrp: VrrpOptions;
  cable: Cable;
}

export function makeNode({ description, namespace, runtime, vrrp, cable }: NodeOptions): VrrpNode {
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
  const signal = async (name: "STOP" | "CONT") => {
    const { status, summary } = await run("sh", "-c", `kill -${name} $(pidof keepalived keepalivedctl)`);
    if (status !== 0) throw new Error(`SIG${name} to keepalived in ${description.name}: ${summary}\n${log}`);
  };
  return {
    ...description,
    ...cable,
    run,
    async start() {
      const command = await runtime.prepare(description, vrrp);
      running = spawn(program, [...enter, ...asGrandchild, ...command]);
      running.all.on("data", (chunk: Buffer) => (log += chunk.toString("utf8")));
    },
    stop: () => end(runtime.stop),
    kill: () => end(runtime.kill),
    ended: async () => (await running)?.exitCode,
    freeze: () => signal("STOP"),
    thaw: () => signal("CONT"),
    async setHealthy(healthy) {
      const path = description.outside(healthFile);
      await (healthy ? writeFile(path, "") : rm(path, { force: true }));
    },
    overload: () => writeFile(description.outside(healthFile), "half"),
    log: () => log,
  };
}

/**
 * Keeps a command from being a child of nsenter, which stops itself when its child is stopped and is not
 * resumed together with it.
 */
const asGrandchild = ["sh", "-c", '"$@"; exit $?', "sh"];

function spawn(program: string, args: readonly string[]) {
  return execa(program, args, { reject: false, all: true, stdin: "ignore" });
}
