import type { Outcome } from "../run.ts";
import { chooseSetup } from "./choose-setup.ts";
import { runIn, type SandboxOptions } from "./run-in-setup.ts";

/**
 * Runs a program that kiln did not write, or a program that reads what kiln does not trust. It gets:
 *
 * - namespaces of its own for mounts, processes, network, IPC, host name and users, and none in which to make others;
 * - a read-only root, /proc and five devices, a small /tmp, and what the options name;
 * - an unprivileged user of the machine, without capabilities, and no way to gain any (no_new_privs);
 * - no system calls that a program of this kind has no use for (seccomp), no terminal, no descriptors but 0 to 2;
 * - limits: of memory, processes, files and processor time by the kernel (rlimits), of time and output by kiln, which
 *   ends every process. When the machine's memory runs out, these processes are the first that the kernel ends.
 *
 * The program ends with kiln, also when kiln is killed; a kill in the milliseconds in which bubblewrap sets up the
 * sandbox leaves only the limit of processor time.
 * @throws KilnError `sandbox-unavailable`
 */
export async function runInSandbox(command: readonly string[], options: SandboxOptions): Promise<Outcome> {
  return await runIn(await chooseSetup(), command, options);
}
