import { setOutput, summary } from "@actions/core";
import { escapeControls } from "@sysext-kiln/error";
import type { z } from "zod";
import { readInputs } from "./inputs.ts";
import { annotate, openLog, warn, type ActionLog } from "./log.ts";

/** What an action consists of, besides its work. */
export interface Action<S extends z.ZodObject, Name extends string> {
  inputs: S;
  /** Every output, with its value if the action fails before it sets it: a later step may read it. */
  outputs: Readonly<Record<Name, string>>;
}

/** What an action's work receives. */
export interface Context<S extends z.ZodObject, Name extends string> extends ActionLog {
  inputs: z.infer<S>;
  setOutput: (name: Name, value: string) => void;
  /** Adds Markdown to the summary of the job. */
  summarize: (markdown: string) => void;
  /** Shows with the run what a person should know although nothing has failed. */
  warn: (title: string, text: string) => void;
  /** Reports an error that does not end the work. The action fails when the work is done. */
  fail: (error: unknown) => void;
}

/**
 * Runs an action as GitHub's runner starts it. Every error becomes an annotation and sets the exit status 1.
 * The summary is written even then.
 */
export async function runAction<S extends z.ZodObject, Name extends string>(
  { inputs, outputs }: Action<S, Name>,
  work: (context: Context<S, Name>) => Promise<void>,
): Promise<void> {
  for (const [name, value] of Object.entries(outputs)) setOutput(name, value);
  using log = openLog();
  const errors: unknown[] = [];
  try {
    const given = readInputs(inputs);
    await useProxies();
    await work({
      inputs: given,
      phase: log.phase,
      say: log.say,
      log: log.log,
      reporter: log.reporter,
      setOutput,
      summarize: (markdown) => void summary.addRaw(escapeControls(markdown), true).addEOL(),
      warn,
      fail: (error) => void errors.push(error),
    });
  } catch (error) {
    errors.push(error);
  }
  log[Symbol.dispose]();
  for (const error of errors) annotate(error);
  if (errors.length > 0) process.exitCode = 1;
  if (!summary.isEmptyBuffer()) await summary.write();
}

/**
 * Sends requests through the proxy that a self-hosted runner has in http_proxy and https_proxy. Node ignores
 * those unless a program asks for them, which is possible from 24.14 on.
 */
async function useProxies(): Promise<void> {
  if (!Object.keys(process.env).some((name) => /^https?_proxy$/i.test(name))) return;
  const http = await import("node:http");
  if ("setGlobalProxyFromEnv" in http) http.setGlobalProxyFromEnv();
}
