import { json } from "node:stream/consumers";
import { z } from "zod";
import type { Outcome } from "../src/run.ts";
import { chooseSetup } from "../src/sandbox/choose-setup.ts";
import { runIn, type SandboxOptions } from "../src/sandbox/run-in-setup.ts";
import type { Setup } from "../src/sandbox/setup.ts";

// A process of its own that runs programs in the sandbox, as the user that it is started as: it reads a request from
// its standard input, and prints the outcomes.

export interface Request {
  /** Replaces a part of the setup that is chosen. */
  readonly setup?: Partial<Setup>;
  readonly runs: readonly { readonly command: readonly string[]; readonly options: SandboxOptions }[];
}

export interface Answer {
  readonly setup: Setup;
  readonly outcomes: readonly Outcome[];
}

const request = z.custom<Request>().parse(await json(process.stdin));
const setup: Setup = { ...(await chooseSetup()), ...request.setup };
const outcomes: Outcome[] = [];
for (const { command, options } of request.runs) outcomes.push(await runIn(setup, command, options));
process.stdout.write(JSON.stringify({ setup, outcomes } satisfies Answer));
