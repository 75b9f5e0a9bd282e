import { diskFullError, isDiskFull, KilnError } from "@sysext-kiln/error";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

/** Tells the person at the terminal one line about what is being done and why. */
export type Say = (line: string) => void;

export interface RunOptions {
  readonly cwd?: string;
  /** Variables that are added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** The whole environment, in place of this process's. */
  readonly onlyEnv?: Readonly<Record<string, string>>;
  /** What the program can read at descriptor 3. */
  readonly thirdInput?: Uint8Array;
  /** Characters of each stream after which the program is ended; 256 Mi where it is undefined. */
  readonly maxOutput?: number;
  readonly input?: string | Readable;
  /** Receives each line of both streams as it comes. */
  readonly onLine?: (line: string) => void;
  /** Receives the standard output in place of the result. */
  readonly output?: Writable;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** How a program ended that was run with `tryRun`. */
export interface Outcome {
  /** `undefined` when it could not be started or was ended by a signal. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** How it ended, such as `exit status 1`. */
  readonly ending: string;
  /** The same, with the last lines that it printed. */
  readonly summary: string;
}

/** Runs a program to its end and tells how it ended, whatever that was. */
export async function tryRun(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  const { cwd, env, onlyEnv, thirdInput, maxOutput, input, onLine, output, signal, timeoutMs } = options;
  // Loaded when the first program is started: it takes longer than Node itself.
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
    // Progress of long work must not be kept in memory, nor cut the program off when it is long.
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
    ending: howItEnded(result),
    summary: `${howItEnded(result)}${lastWords(stderr || (result.stdout ?? ""))}`,
  };
}

/** Runs a program that must succeed; gives its standard output. */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const outcome = await tryRun(program, args, options);
  if (outcome.status !== 0) {
    const command = `the command \`${[program, ...args].join(" ")}\``;
    if (isDiskFull(outcome.stderr + outcome.stdout)) throw diskFullError(`what ${command} writes`);
    throw new KilnError("command-failed", {
      expected: `${command} to succeed`,
      found: outcome.summary,
      next: "read the message of the program above, or run the command by hand",
    });
  }
  return outcome.stdout;
}

interface Ending {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly timedOut: boolean;
  readonly isMaxBuffer: boolean;
  readonly originalMessage?: string | undefined;
}

function howItEnded({ exitCode, signal, timedOut, isMaxBuffer, originalMessage }: Ending): string {
  if (timedOut) return "it did not end in time";
  if (isMaxBuffer) return "its output was too long";
  if (exitCode !== undefined) return `exit status ${exitCode}`;
  if (signal !== undefined) return `ended by ${signal}`;
  return originalMessage ?? "it could not be started";
}

function lastWords(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.length === 0 ? "" : `: ${lines.slice(-4).join(" | ")}`;
}
