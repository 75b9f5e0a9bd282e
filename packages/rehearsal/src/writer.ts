import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { waitUntil, type HostNetwork } from "@sysext-kiln/booted-host";
import { KilnError } from "@sysext-kiln/error";
import { execa } from "execa";
import { monotonicMs, writeLineSchema, type WriteOrder } from "./write-order.ts";
import { openGapMeter, type Writes } from "./writes.ts";

/** A client that writes all the time, one key after the other. */
export interface Writer extends AsyncDisposable {
  /** Starts to measure: gaps from now on belong to a part of the rehearsal with this name. */
  begin(part: string): void;
  /** Stops measuring until the next part begins, while the rehearsal itself delays writes. */
  pause(): void;
  /**
   * Stops it.
   * @returns what it has seen
   * @throws Error if it had ended before
   */
  stop(): Promise<Writes>;
}

/** The program that writes. */
export const writeLoop = fileURLToPath(new URL("write-loop.ts", import.meta.url));

/** Starts a writer in a network, as `runWriter` does it. */
export function startWriter(network: HostNetwork, order: WriteOrder): Promise<Writer> {
  return runWriter(
    ["nsenter", `--net=/proc/${network.pid}/ns/net`, process.execPath, writeLoop],
    order,
    30_000,
  );
}

/**
 * Runs a writer. Resolves after its first acknowledged write.
 * @param command runs write-loop.ts
 * @param timeoutMs until the first write
 * @throws KilnError `service-unhealthy` if etcd acknowledges no write in time
 */
export async function runWriter(
  [program, ...words]: readonly [string, ...string[]],
  order: WriteOrder,
  timeoutMs: number,
): Promise<Writer> {
  const child = execa(program, words, {
    stdin: "pipe",
    buffer: { stdout: false, stderr: true },
    reject: false,
  });
  child.stdin.write(`${JSON.stringify(order)}\n`);
  const meter = openGapMeter();
  let acknowledged = 0;
  let refusal = "no answer";
  createInterface({ input: child.stdout }).on("line", (text) => {
    const json: unknown = JSON.parse(text);
    const line = writeLineSchema.parse(json);
    if ("refusal" in line) ({ refusal } = line);
    else {
      meter.acknowledge(line.at);
      acknowledged = line.acknowledged + 1;
    }
  });
  const end = async () => {
    child.stdin.end();
    return await child;
  };
  if (!(await waitUntil(async () => acknowledged > 0, timeoutMs))) {
    const { stderr } = await end();
    throw new KilnError("service-unhealthy", {
      expected: `etcd to acknowledge a write within ${timeoutMs / 1000} seconds`,
      found: stderr === "" ? refusal : stderr,
      next: "correct what etcd refuses; if its database is full, give it a larger quota: --env FILE with ETCD_QUOTA_BACKEND_BYTES",
    });
  }
  return {
    begin: (part) => meter.begin(part, monotonicMs()),
    pause: () => meter.pause(monotonicMs()),
    async stop() {
      meter.pause(monotonicMs());
      const { exitCode, stderr } = await end();
      if (exitCode !== 0) throw new Error(`the writer ended during the rehearsal: ${stderr}`);
      return { acknowledged, longestGap: meter.longest() };
    },
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
}
