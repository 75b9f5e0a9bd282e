/**
 * `pnpm bench:rollout`: how many of 100 hosts a bad version reaches before somebody pauses it, and how long they
 * need to leave it once it is withdrawn. Each host is the real kiln-host in a folder of its own, with a simulated
 * clock. With `--boot`, six of them are booted as well, and must do the same; this needs root. Prints a table.
 */
import { parseArgs } from "node:util";
import { simulateFleet } from "../test/rollout/simulate-fleet.ts";

const { values } = parseArgs({
  options: { hosts: { type: "string", default: "100" }, boot: { type: "boolean", default: false } },
});

const say = (line: string) => void process.stderr.write(`${line}\n`);
process.stdout.write(await simulateFleet({ count: Number(values.hosts), boots: values.boot, say }));
