import { diskFullError, isDiskFull, KilnError } from "@sysext-kiln/error";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

export interface RunOptions {
  cwd?: string;
  /** Variables in addition to the environment of this process. */
  env?: Readonly<Record<string, string>>;
  /** The whole environment, instead of this process's. */
  onlyEnv?: Readonly<Record<string, string>>;
  /** What the program can read from descriptor 3. */
  thirdInput?: Uint8Array;
  /** The program is ended after this many characters of a stream; 256 Mi by default. */
  maxOutput?: number;
  input?: string | Readable;
  /** Receives each line of both streams when it is printed. */
  onLine?: (line: string) => void;
  /** Receives the standard output, which the result then does not contain. */
  output?: Writable;
  signal?: AbortSignal;
  timeoutMs?: number;
}

/** How a program ended. */
export interface Outcome {
  /** Undefined if it could not be started, or was ended by a signal. */
  status: number | undefined;
  stdout: string;
  stderr: string;
  timedOut: boolean;
  /** How it ended, such as `exit status 1`. */
  ending: string;
  /** `ending`, with the last lines that the program printed. */
  summary: string;
}

/** Runs a program and returns how it ended, even if it failed. */
export async function tryRun(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  const { cwd, env, onlyEnv, thirdInput, maxOutput, input, onLine, output, signal, timeoutMs } = options;
  // Loaded with the first program, because loading it takes longer than starting Node.
  const { execa } = await import("execa");
  const child = execa(program, [...args], {
    reject: false,
    forceKillAfterDelay: 2000,
    stdio: [
      input === undefined ? "ignore" : "pipe",
      "pipe",
      "pipe",
      ...(thirdInput === undefined ? [] : [thirdInput]),
    ],
    // Large enough for the progress of long work, but not unlimited.
    maxBuffer: maxOutput ?? 256 * 1024 * 1024,
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env: { ...env } }),
    ...(onlyEnv === undefined ? {} : { env: { ...onlyEnv }, extendEnv: false }),
    ...(input === undefined ? {} : { input }),
    all: output === undefined,
    ...(output === undefined ? {} : { buffer: { stdout: false } }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  });
  if (output !== undefined) child.stdout?.pipe(output);
  if (onLine !== undefined) {
    const stream = output === undefined ? child.all : child.stderr;
    if (stream !== null && stream !== undefined) createInterface({ input: stream }).on("line", onLine);
  }
  const result = await child;
  signal?.throwIfAborted();
  const stderr = result.stderr ?? "";
  return {
    status: result.exitCode,
    stdout: result.stdout ?? "",
    stderr,
    timedOut: result.timedOut,
    ending: describeEnding(result),
    summary: `${describeEnding(result)}${lastLines(stderr || (result.stdout ?? ""))}`,
  };
}

/**
 * Runs a program that must succeed.
 * @returns its standard output
 * @throws KilnError `command-failed`, `disk-full`
 */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const outcome = await tryRun(program, args, options);
  if (outcome.status !== 0) {
    const command = `the command \`${[program, ...args].join(" ")}\``;
    if (isDiskFull(outcome.stderr + outcome.stdout)) throw diskFullError(`the output of ${command}`);
    throw new KilnError("command-failed", {
      expected: `${command} to succeed`,
      found: outcome.summary,
      next: "read the message of the program above, or run the command yourself",
    });
  }
  return outcome.stdout;
}

interface Ending {
  exitCode?: number | undefined;
  signal?: string | undefined;
  timedOut: boolean;
  isMaxBuffer: boolean;
  originalMessage?: string | undefined;
}

function describeEnding({ exitCode, signal, timedOut, isMaxBuffer, originalMessage }: Ending): string {
  if (timedOut) return "it timed out";
  if (isMaxBuffer) return "its output was too long";
  if (exitCode !== undefined) return `exit status ${exitCode}`;
  if (signal !== undefined) return `ended by ${signal}`;
  return originalMessage ?? "it could not be started";
}

function lastLines(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.length === 0 ? "" : `: ${lines.slice(-4).join(" | ")}`;
}
