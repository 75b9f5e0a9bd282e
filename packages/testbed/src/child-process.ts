import { execa, type Options } from "execa";

/**
 * Starts a program that a test keeps running. The kernel kills it when this process ends, however that
 * happens: execa's own cleanup does not run when a test run is killed.
 */
export function startProcess<const Given extends Options>(
  program: string,
  args: readonly string[],
  options: Given,
) {
  return execa("setpriv", ["--pdeathsig", "KILL", "--", program, ...args], options);
}
