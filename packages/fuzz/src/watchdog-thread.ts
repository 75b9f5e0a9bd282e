import { writeSync } from "node:fs";
import { deserialize } from "node:v8";
import { parentPort, workerData } from "node:worker_threads";
import { saveInput } from "./input-file.ts";
import type { WatchdogData, WatchedInput } from "./watchdog.ts";

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `startWatchdog` passes
const { limit, state, bytes } = workerData as WatchdogData;
let last = 0;
let since = Date.now();

setInterval(() => {
  const current = Atomics.load(state, 0);
  if (current !== last || current === 0) {
    last = current;
    since = Date.now();
  } else if (Date.now() - since > limit) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `begin` wrote
    const { target, input } = deserialize(Buffer.from(bytes.slice(0, state[1]))) as WatchedInput;
    saveInput(target.path, input);
    writeSync(2, `${target.name}: no end after ${limit} ms for the input in ${target.path}\n`);
    process.kill(process.pid, "SIGKILL");
  }
}, 100);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows
parentPort?.postMessage("running");
