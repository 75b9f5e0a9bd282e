import { Listr, ListrLogger, ProcessOutput, type ListrTask } from "listr2";
import { onEnding, type Say } from "@sysext-kiln/machine";
import { formatDuration } from "./units.ts";

/** A piece of work that a person waits for. */
export interface Task {
  title: string;
  /** @param say takes a line about what is being done */
  run: (say: Say) => Promise<void>;
}

/** How the progress of tasks is shown. */
export interface Progress {
  /** Not at all, for a reader that is a program. */
  json?: boolean;
  /** On the standard error, where the standard output belongs to something else. */
  onStderr?: boolean | undefined;
}

export interface TaskOptions extends Progress {
  /** How many run at the same time. */
  concurrent: number;
}

/**
 * Runs tasks and shows their progress: a list that moves on a terminal, plain lines elsewhere. One that fails does not
 * keep the others from running.
 * @returns the errors of those that failed
 */
export async function runTasks(
  tasks: readonly Task[],
  { concurrent, json, onStderr }: TaskOptions,
): Promise<unknown[]> {
  const errors: unknown[] = [];
  const stream = onStderr ? process.stderr : process.stdout;
  const screen = new ProcessOutput(stream, process.stderr);
  const list = new Listr(
    tasks.map((task) => listrTask(task, stream, (error) => errors.push(error))),
    {
      concurrent,
      exitOnError: false,
      // listr2 would end with 127, which is the status of a command that was not found.
      registerSignalListeners: false,
      renderer: json ? "silent" : stream.isTTY ? "default" : "simple",
      rendererOptions: { collapseErrors: false, logger: loggerOn(screen) },
    },
  );
  // A list that moves hides the cursor.
  using _ = onEnding(() => stream.isTTY && screen.release());
  await list.run();
  return errors;
}

function loggerOn(screen: ProcessOutput): ListrLogger {
  return new ListrLogger({ processOutput: screen, useIcons: true, toStderr: [] });
}

/** Runs one task, which must succeed. */
export async function runTask(task: Task, options: Progress): Promise<void> {
  const [error] = await runTasks([task], { ...options, concurrent: 1 });
  if (error !== undefined) throw error;
}

function listrTask(
  { title, run }: Task,
  stream: NodeJS.WriteStream,
  onError: (error: unknown) => void,
): ListrTask {
  return {
    title,
    async task(_, task) {
      const started = Date.now();
      const elapsed = () => formatDuration(Date.now() - started);
      let line = "";
      const show = () => {
        task.output = `${line} (${elapsed()})`;
      };
      const clock = stream.isTTY ? setInterval(show, 1000) : undefined;
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
