import { join } from "node:path";
import { tryRun } from "@sysext-kiln/machine";
import type { Verdict } from "./mutant.ts";

export interface TestLimits {
  /** How many files run at the same time. */
  workers: number;
  timeoutMs: number;
}

/**
 * Runs tests of the tier unit until one fails.
 * @param copy the copy of the repository whose tests run
 * @returns also how long it took, in milliseconds
 */
export async function runTests(
  copy: string,
  tests: readonly string[],
  { workers, timeoutMs }: TestLimits,
): Promise<{ verdict: Verdict; milliseconds: number }> {
  const start = performance.now();
  const { status, timedOut } = await tryRun(
    join(copy, "node_modules/.bin/vitest"),
    ["run", "--project", "unit", "--maxWorkers", String(workers), "--bail", "1", "--root", copy, ...tests],
    // Every test file has a process of its own, which loads the same sources.
    { cwd: copy, timeoutMs, env: { NODE_COMPILE_CACHE: join(copy, "node-cache") } },
  );
  const verdict = timedOut ? "timeout" : status === 0 ? "survived" : "caught";
  return { verdict, milliseconds: performance.now() - start };
}
