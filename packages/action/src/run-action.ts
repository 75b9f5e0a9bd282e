import { setOutput, summary } from "@actions/core";
import type { z } from "zod";
import { annotate } from "./annotate.ts";
import { groupReporter } from "./group-reporter.ts";
import { readInputs } from "./inputs.ts";
import type { Reporter } from "@sysext-kiln/machine";
import { openProgress, type Progress } from "./progress.ts";

export type { Progress } from "./progress.ts";

/** What an action is made of, besides its work. */
export interface Action<S extends z.ZodObject, Name extends string> {
  inputs: S;
  /** Every output with the value that it has while nothing else is known: a later step may read it after a failure. */
  outputs: Readonly<Record<Name, string>>;
}

/** What an action's work is given. */
export interface Context<S extends z.ZodObject, Name extends string> extends Progress {
  inputs: z.infer<S>;
  /** Shows phases as groups in the log. */
  reporter: Reporter;
  setOutput: (name: Name, value: string) => void;
  /** Adds to the summary of the job: Markdown. */
  summarize: (markdown: string) => void;
  /** Tells of an error that does not end the work, but fails the action in the end. */
  fail: (error: unknown) => void;
}

/**
 * Runs an action as GitHub's runner starts it. Whatever goes wrong becomes an annotation, and the exit status 1; the
 * summary is written all the same.
 */
export async function runAction<S extends z.ZodObject, Name extends string>(
  { inputs, outputs }: Action<S, Name>,
  work: (context: Context<S, Name>) => Promise<void>,
): Promise<void> {
  for (const [name, value] of Object.entries(outputs)) setOutput(name, value);
  using progress = openProgress();
  const errors: unknown[] = [];
  try {
    await heedProxies();
    await work({
      inputs: readInputs(inputs),
      phase: progress.phase,
      say: progress.say,
      log: progress.log,
      reporter: groupReporter(progress),
      setOutput,
      summarize: (markdown) => void summary.addRaw(markdown, true).addEOL(),
      fail: (error) => void errors.push(error),
    });
  } catch (error) {
    errors.push(error);
  }
  progress[Symbol.dispose]();
  for (const error of errors) annotate(error);
  if (errors.length > 0) process.exitCode = 1;
  if (!summary.isEmptyBuffer()) await summary.write();
}

/**
 * Lets requests go through the proxy that a runner of one's own has in http_proxy and https_proxy: Node heeds those only
 * when it is told to, which it can be from 24.14 on.
 */
async function heedProxies(): Promise<void> {
  if (!Object.keys(process.env).some((name) => /^https?_proxy$/i.test(name))) return;
  const http = await import("node:http");
  if ("setGlobalProxyFromEnv" in http) http.setGlobalProxyFromEnv();
}
