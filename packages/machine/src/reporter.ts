/** Shows the user a line about what is being done, and why. */
export type Say = (line: string) => void;

/** A part of a run, shown to the user with its title. */
export interface Phase {
  title: string;
  /** @param say shows a line about what this phase is doing */
  run: (say: Say) => Promise<void>;
}

/** Shows the user what a run does: the command line as a list of tasks, an action as groups in its log. */
export interface Reporter {
  /**
   * Runs phases, and shows the title, the lines and the failure of each. If a phase fails, the others still
   * run.
   * @param options.concurrency how many phases run at the same time; 1 by default
   * @returns the errors of the phases that failed
   */
  run(phases: readonly Phase[], options?: { concurrency?: number }): Promise<unknown[]>;
}

/** Runs one phase and returns the result of its work. Throws the error of the work if that fails. */
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

/** How long a log goes without a line about progress, in milliseconds. */
const progressEvery = 30_000;

/**
 * Chooses what a log gets of a phase's lines, which a terminal shows one at a time: every step, but of lines that differ
 * only in their numbers, such as `sending, 1.2 of 6.4 GB`, one every 30 seconds.
 */
export function stepsOf(say: Say): Say {
  let last = "";
  let shownAt = 0;
  return (line) => {
    const words = line.replaceAll(/[\d.]+/g, "");
    const now = Date.now();
    if (words === last && now - shownAt < progressEvery) return;
    last = words;
    shownAt = now;
    say(line);
  };
}

/** A size for people: `20.5 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
