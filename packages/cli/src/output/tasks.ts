import { Listr, type ListrTask } from "listr2";
import type { Say } from "@sysext-kiln/machine";
import { formatDuration } from "./units.ts";

/** A piece of work that a person waits for. */
export interface Task {
  title: string;
  /** @param say takes a line about what is being done */
  run: (say: Say) => Promise<void>;
}

export interface TaskOptions {
  /** How many run at the same time. */
  concurrent: number;
  /** No progress, for a reader that is a program. */
  json?: boolean;
}

/**
 * Runs tasks and shows their progress: a list that moves on a terminal, plain lines elsewhere. One that fails does not
 * keep the others from running.
 * @returns the errors of those that failed
 */
export async function runTasks(
  tasks: readonly Task[],
  { concurrent, json }: TaskOptions,
): Promise<unknown[]> {
  const errors: unknown[] = [];
  const list = new Listr(
    tasks.map((task) => listrTask(task, (error) => errors.push(error))),
    {
      concurrent,
      exitOnError: false,
      renderer: json ? "silent" : process.stdout.isTTY ? "default" : "simple",
      rendererOptions: { collapseErrors: false },
    },
  );
  await list.run();
  return errors;
}

/** Runs one task, which must succeed. */
export async function runTask(task: Task, options: Omit<TaskOptions, "concurrent">): Promise<void> {
  const [error] = await runTasks([task], { ...options, concurrent: 1 });
  if (error !== undefined) throw error;
}

function listrTask({ title, run }: Task, onError: (error: unknown) => void): ListrTask {
  return {
    title,
    async task(_, task) {
      const started = Date.now();
      const elapsed = () => formatDuration(Date.now() - started);
      let line = "";
      const show = () => {
        task.output = `${line} (${elapsed()})`;
      };
      const clock = process.stdout.isTTY ? setInterval(show, 1000) : undefined;
      try {
        await run((text) => {
          const isOnlyProgress = withoutNumbers(text) === withoutNumbers(line);
          line = text;
          // A log gets a line a step; a terminal's line moves.
          if (clock !== undefined || !isOnlyProgress) show();
        });
        task.title = `${title} (${elapsed()})`;
      } catch (error) {
        onError(error);
        throw new Error("see below", { cause: error });
      } finally {
        clearInterval(clock);
      }
    },
  };
}

function withoutNumbers(text: string): string {
  return text.replaceAll(/[\d.]+/g, "");
}
