import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { waitUntil, type HostNetwork } from "@sysext-kiln/booted-host";
import { execa } from "execa";
import { z } from "zod";
import type { WriteOrder } from "./write-order.ts";

/** A client that writes all the time, one key after the other. */
export interface Writer extends AsyncDisposable {
  /** Starts to measure: gaps from now on belong to a part of the rehearsal with this name. */
  begin(part: string): void;
  /** Stops it. @returns what it has seen */
  stop(): Promise<Writes>;
}

export interface Writes {
  /** How many writes etcd acknowledged: they have the numbers from 0 on. */
  acknowledged: number;
  /**
   * The longest time between two of them, in milliseconds, and the part of the rehearsal in which it ended.
   */
  longestGapMs: number;
  during: string;
}

const lineSchema = z.object({ acknowledged: z.int(), at: z.number() });
const script = fileURLToPath(new URL("write-loop.ts", import.meta.url));

/** Starts a writer in a network. Resolves after its first acknowledged write. */
export async function startWriter(network: HostNetwork, order: WriteOrder): Promise<Writer> {
  const words = [`--net=/proc/${network.pid}/ns/net`, process.execPath, script];
  const child = execa("nsenter", words, { stdin: "pipe", buffer: false, reject: false });
  child.stdin.write(`${JSON.stringify(order)}\n`);
  const writes: Writes = { acknowledged: 0, longestGapMs: 0, during: "" };
  let part = "";
  let last: number | undefined;
  const see = (at: number) => {
    if (last !== undefined && at - last > writes.longestGapMs)
      Object.assign(writes, { longestGapMs: at - last, during: part });
    last = at;
  };
  createInterface({ input: child.stdout }).on("line", (text) => {
    const json: unknown = JSON.parse(text);
    const { acknowledged, at } = lineSchema.parse(json);
    see(at);
    writes.acknowledged = acknowledged + 1;
  });
  const stop = async () => {
    child.stdin.end();
    await child;
  };
  if (!(await waitUntil(async () => writes.acknowledged > 0, 30_000))) {
    await stop();
    throw new Error("etcd acknowledged no write within 30 seconds");
  }
  return {
    begin: (name) => void (part = name),
    async stop() {
      see(Date.now());
      await stop();
      return writes;
    },
    [Symbol.asyncDispose]: stop,
  };
}
