import { findProgram } from "./programs.ts";
import { run, tryRun, type Outcome, type RunOptions } from "./run.ts";

const isRoot = () => process.getuid?.() === 0;

/**
 * The arguments before a command that needs root: none, or sudo; undefined if this user cannot become root.
 */
export async function rootPrefix(): Promise<readonly string[] | undefined> {
  if (isRoot()) return [];
  const sudo = findProgram("sudo");
  if (sudo === undefined) return undefined;
  if ((await tryRun(sudo, ["-n", "true"])).status === 0) return [sudo, "-n"];
  // sudo asks for the password on the terminal, whatever the standard input is.
  return process.stderr.isTTY ? [sudo] : undefined;
}

/** Runs a command as root that must succeed. If this user cannot become root, it runs as this user. */
export async function runAsRoot(command: readonly string[], options?: RunOptions): Promise<string> {
  const [program = "", ...args] = [...((await rootPrefix()) ?? []), ...command];
  return await run(program, args, options);
}

/** Like `runAsRoot`, but returns how the command ended. */
export async function tryRunAsRoot(command: readonly string[], options?: RunOptions): Promise<Outcome> {
  const [program = "", ...args] = [...((await rootPrefix()) ?? []), ...command];
  return await tryRun(program, args, options);
}

/** A command that needs root, as a user would type it. */
export function asTypedCommand(command: readonly string[]): string {
  return [...(isRoot() ? [] : ["sudo"]), ...command].join(" ");
}
