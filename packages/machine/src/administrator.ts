import { findProgram } from "./find-program.ts";
import { run, tryRun, type Outcome, type RunOptions } from "./run.ts";

const isRoot = () => process.getuid?.() === 0;

/** What stands before a command that needs root: nothing, sudo, or `undefined` when this user cannot become root. */
export async function rootPrefix(): Promise<readonly string[] | undefined> {
  if (isRoot()) return [];
  const sudo = findProgram("sudo");
  if (sudo === undefined) return undefined;
  if ((await tryRun(sudo, ["-n", "true"])).status === 0) return [sudo, "-n"];
  // sudo asks for the password on the terminal itself, whatever the standard input is.
  return process.stderr.isTTY ? [sudo] : undefined;
}

/** Runs a command as root that must succeed; without a way to become root it fails as the command would. */
export async function runAsRoot(command: readonly string[], options?: RunOptions): Promise<string> {
  const [program = "", ...args] = [...((await rootPrefix()) ?? []), ...command];
  return await run(program, args, options);
}

/** Like `runAsRoot`, but tells how the command ended. */
export async function tryRunAsRoot(command: readonly string[], options?: RunOptions): Promise<Outcome> {
  const [program = "", ...args] = [...((await rootPrefix()) ?? []), ...command];
  return await tryRun(program, args, options);
}

/** A command that needs root, as a person would type it. */
export function asTyped(command: readonly string[]): string {
  return [...(isRoot() ? [] : ["sudo"]), ...command].join(" ");
}
