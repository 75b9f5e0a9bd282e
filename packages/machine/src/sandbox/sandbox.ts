import type { Outcome } from "../run.ts";
import { chooseSetup } from "./choose-setup.ts";
import { runIn, type SandboxOptions } from "./run-in-setup.ts";

/**
 * Runs an untrusted program, or a program that reads untrusted data. It gets:
 *
 * - namespaces of its own for mounts, processes, network, IPC, host name and users, and no way to
 *   create others;
 * - a read-only root, /proc and five devices, a small /tmp, and what the options name;
 * - an unprivileged user of the machine, without capabilities, and no way to gain any (no_new_privs);
 * - no system calls that a program of this kind does not need (seccomp), no terminal, and no descriptors
 *   except 0 to 2;
 * - limits: of memory, processes, files and processor time by the kernel (rlimits), of time and output by
 *   kiln, which ends every process. When the machine's memory runs out, these processes are the first that
 *   the kernel ends.
 *
 * The program ends with kiln, even if kiln is killed. If that happens in the milliseconds in which bubblewrap
 * sets up the sandbox, only the limit of processor time ends the program.
 * @throws KilnError `sandbox-unavailable`
 */
export async function runInSandbox(command: readonly string[], options: SandboxOptions): Promise<Outcome> {
  return await runIn(await chooseSetup(), command, options);
}
