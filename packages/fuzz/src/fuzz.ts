import * as fc from "fast-check";
import { test } from "vitest";
import { inputPath, saveInput } from "./input-file.ts";
import { startWatchdog, type WatchedTarget, type Watchdog } from "./watchdog.ts";

/** Set by `kiln test --seed` and `--seconds`. The time is for all targets of one file together. */
const seed = Number(process.env["KILN_FUZZ_SEED"] ?? 1);
const secondsPerFile = Number(process.env["KILN_FUZZ_SECONDS"] ?? 5);

/** How long this thread may compute for one input, in milliseconds, however busy the machine is. */
const longestComputation = 2000;

/** How long one input may take, in milliseconds, with all programs that it starts, on a busy machine. */
const longestTime = 60_000;

/** How many targets the file has: vitest collects all tests of a file before it runs the first one. */
let targets = 0;
let watchdog: Watchdog | undefined;

/**
 * Defines a test that gives inputs to a function until its share of the time is used up. The same seed gives
 * the same inputs. The test fails for an input for which the function throws or takes too long, and saves the
 * smallest such input that it finds.
 * @param name a sentence together with its `describe`
 * @param check throws if the code under test handled the input incorrectly
 */
export function fuzz<T>(name: string, inputs: fc.Arbitrary<T>, check: (input: T) => unknown): void {
  targets += 1;
  // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- both are the caller's
  test(name, async () => {
    const path = inputPath(name, seed);
    watchdog ??= await startWatchdog(longestTime);
    const target: WatchedTarget = { name: `${name} (seed ${seed})`, path };
    const property = fc.asyncProperty(inputs, (input) => timed(target, check, input));
    const details = await fc.check(property, {
      seed,
      numRuns: 2 ** 31 - 1,
      interruptAfterTimeLimit: (secondsPerFile / targets) * 1000,
    });
    process.stdout.write(`${name}: ${details.numRuns} inputs\n`);
    if (details.failed) throw failureOf(details, path);
  });
}

async function timed<T>(target: WatchedTarget, check: (input: T) => unknown, input: T): Promise<void> {
  const before = process.threadCpuUsage();
  watchdog?.begin({ target, input });
  try {
    await check(input);
  } finally {
    watchdog?.end();
  }
  const { user, system } = process.threadCpuUsage(before);
  const milliseconds = (user + system) / 1000;
  if (milliseconds > longestComputation) throw new Error(`computed for ${milliseconds} ms`);
}

function failureOf<T>(details: fc.RunDetails<[T]>, path: string): Error {
  if (details.counterexample === null) return new Error("no input was tried within the time");
  const [input] = details.counterexample;
  saveInput(path, input);
  const shown = fc.stringify(input);
  const text = shown.length > 2000 ? `${shown.slice(0, 2000)}...` : shown;
  return new Error(
    `failed for input ${details.numRuns} of seed ${seed}; the smallest input that fails is in ${path}: ${text}`,
    { cause: details.errorInstance },
  );
}
