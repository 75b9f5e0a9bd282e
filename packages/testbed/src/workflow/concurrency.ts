/** What a job or a run says about running at the same time as others. */
export interface Concurrency {
  group: string;
  queue?: "single" | "max" | undefined;
}

/** The concurrency groups of a repository. */
export interface ConcurrencyGroups {
  /**
   * Does something while nothing else of a group runs.
   * @returns undefined if it was cancelled while it waited: a group without `queue: max` keeps only the newest one
   */
  within: <T>(concurrency: Concurrency, work: () => Promise<T>) => Promise<T | undefined>;
}

/** GitHub's limit on what waits in a group with `queue: max`. */
const longestQueue = 100;

export function openConcurrencyGroups(): ConcurrencyGroups {
  /** Of each group in which something runs, what is waiting: each is called with whether it may start. */
  const groups = new Map<string, ((mayStart: boolean) => void)[]>();

  function enter({ group, queue = "single" }: Concurrency): Promise<boolean> {
    const waiting = groups.get(group);
    if (waiting === undefined) {
      groups.set(group, []);
      return Promise.resolve(true);
    }
    if (queue === "single") for (const cancel of waiting.splice(0)) cancel(false);
    if (waiting.length === longestQueue) return Promise.resolve(false);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    waiting.push(resolve);
    return promise;
  }

  function leave(group: string): void {
    const next = groups.get(group)?.shift();
    if (next) next(true);
    else groups.delete(group);
  }

  return {
    async within(concurrency, work) {
      if (!(await enter(concurrency))) return undefined;
      try {
        return await work();
      } finally {
        leave(concurrency.group);
      }
    },
  };
}
