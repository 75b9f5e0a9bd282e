import type { Say } from "./run.ts";

/** A part of a run that people follow by its title. */
export interface Phase {
  title: string;
  /** @param say takes a line about what is being done */
  run: (say: Say) => Promise<void>;
}

/** Shows people what a run does: the command line as a list of tasks, an action as groups in its log. */
export interface Reporter {
  /**
   * Runs phases and shows the title, the lines and the failure of each. A phase that fails does not keep the others from
   * running.
   * @param options.concurrency how many phases run at the same time; 1 by default
   * @returns the errors of the phases that failed
   */
  run(phases: readonly Phase[], options?: { concurrency?: number }): Promise<unknown[]>;
}

/** Runs one phase, which must succeed, and returns what its work returns. */
export async function runPhase<T>(
  reporter: Reporter,
  title: string,
  work: (say: Say) => Promise<T>,
): Promise<T> {
  const results: { value: T }[] = [];
  const run = async (say: Say) => void results.push({ value: await work(say) });
  const [error] = await reporter.run([{ title, run }]);
  if (error !== undefined) throw error;
  const [result] = results;
  if (!result) throw new Error(`the phase "${title}" did not run`);
  return result.value;
}
