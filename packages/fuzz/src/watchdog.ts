import { once } from "node:events";
import { serialize } from "node:v8";
import { Worker } from "node:worker_threads";

/** What a watchdog's thread is given. */
export interface WatchdogData {
  /** How long one input may take, in milliseconds. */
  limit: number;
  /** The number of the current input, 0 between two inputs; the length of `bytes`. */
  state: Int32Array<SharedArrayBuffer>;
  /** The current input and its target, serialized by V8. */
  bytes: Uint8Array<SharedArrayBuffer>;
}

/** The name of a target, and where an input is saved for which it fails. */
export interface WatchedTarget {
  name: string;
  path: string;
}

export interface WatchedInput {
  target: WatchedTarget;
  input: unknown;
}

/**
 * Watches a thread that may never return, for instance from a regular expression: only another thread can
 * report that, and only ending the process ends it.
 */
export interface Watchdog {
  begin: (watched: WatchedInput) => void;
  end: () => void;
}

const largestInput = 16 * 1024 * 1024;
const mostInputs = 2 ** 31 - 1;

/**
 * Starts a thread that saves the input and kills this process if an input takes longer than a limit.
 * @param limit in milliseconds
 */
export async function startWatchdog(limit: number): Promise<Watchdog> {
  const workerData: WatchdogData = {
    limit,
    state: new Int32Array(new SharedArrayBuffer(8)),
    bytes: new Uint8Array(new SharedArrayBuffer(largestInput)),
  };
  const { state, bytes } = workerData;
  const worker = new Worker(new URL("watchdog-thread.ts", import.meta.url), { workerData, execArgv: [] });
  // Otherwise the first input could keep the thread from starting.
  await once(worker, "message");
  worker.unref();
  let inputs = 0;
  return {
    begin({ target, input }) {
      const whole = serialize({ target, input });
      const fitting =
        whole.length <= largestInput ? whole : serialize({ target, input: "an overlong input" });
      bytes.set(fitting);
      state[1] = fitting.length;
      inputs = (inputs % mostInputs) + 1;
      Atomics.store(state, 0, inputs);
    },
    end: () => void Atomics.store(state, 0, 0),
  };
}
