import { json } from "node:stream/consumers";
import { isKilnError, type ErrorCode, type KilnErrorDetails } from "@sysext-kiln/error";
import { z } from "zod";
import type { Outcome } from "../src/run.ts";
import { chooseSetup } from "../src/sandbox/choose-setup.ts";
import { runIn, type SandboxOptions } from "../src/sandbox/run-in-setup.ts";
import type { Setup } from "../src/sandbox/setup.ts";

// Runs programs in the sandbox in a separate process, so that it can be started as another user. It reads a
// request from its standard input, and prints the outcomes.

export interface Run {
  command: readonly string[];
  options: SandboxOptions;
}

export interface Request {
  runs: readonly Run[];
}

export interface Answer {
  setup: Setup;
  outcomes: readonly Outcome[];
}

/** A KilnError instead of an answer. */
export interface Failure extends KilnErrorDetails {
  code: ErrorCode;
}

const request = z.custom<Request>().parse(await json(process.stdin));
const answer = await run(request).catch((error: unknown): Failure => {
  if (!isKilnError(error)) throw error;
  const { code, expected, found, next } = error;
  return { code, expected, found, next };
});
process.stdout.write(JSON.stringify(answer));

async function run({ runs }: Request): Promise<Answer> {
  const setup = await chooseSetup();
  const outcomes: Outcome[] = [];
  for (const { command, options } of runs) outcomes.push(await runIn(setup, command, options));
  return { setup, outcomes };
}
