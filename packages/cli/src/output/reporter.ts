import { oneLine } from "@sysext-kiln/error";
import { onTermination, stepsOf, type Phase, type Reporter } from "@sysext-kiln/machine";
import { Listr, ListrLogger, ProcessOutput, type ListrTask } from "listr2";
import { formatDuration } from "./print.ts";

export interface ReporterOptions {
  /** Shows nothing, because the standard output is JSON. */
  json?: boolean;
  /** Writes to the standard error, because the standard output is for something else. */
  onStderr?: boolean | undefined;
}

/**
 * Shows phases as a list that is redrawn in place on a terminal, and as plain lines elsewhere. There, each line of phases
 * that run at the same time begins with the title of its phase.
 */
export function openReporter({ json, onStderr }: ReporterOptions): Reporter {
  const stream = onStderr ? process.stderr : process.stdout;
  return {
    async run(phases, { concurrency = 1 } = {}) {
      const errors: unknown[] = [];
      const output = new ProcessOutput(stream, process.stderr);
      const isShared = concurrency > 1 && phases.length > 1;
      const list = new Listr(
        phases.map((phase) =>
          listrTask(phase, { isTerminal: stream.isTTY, isShared }, (error) => errors.push(error)),
        ),
        {
          concurrent: concurrency,
          exitOnError: false,
          // listr2 would exit with 127, which means that a command was not found.
          registerSignalListeners: false,
          renderer: json ? "silent" : stream.isTTY ? "default" : "simple",
          rendererOptions: { collapseErrors: false, logger: createLogger(output) },
        },
      );
      // The default renderer hides the cursor.
      using _ = onTermination(() => stream.isTTY && output.release());
      await list.run();
      return errors;
    },
  };
}

function createLogger(output: ProcessOutput): ListrLogger {
  return new ListrLogger({ processOutput: output, useIcons: true, toStderr: [] });
}

interface Shown {
  isTerminal: boolean;
  /** Whether other phases run at the same time. */
  isShared: boolean;
}

function listrTask(
  phase: Phase,
  { isTerminal, isShared }: Shown,
  onError: (error: unknown) => void,
): ListrTask {
  const title = oneLine(phase.title);
  return {
    title,
    async task(_, task) {
      const started = Date.now();
      const elapsed = () => formatDuration(Date.now() - started);
      const prefix = isShared && !isTerminal ? `${title}: ` : "";
      let line = "";
      const show = () => {
        task.output = `${prefix}${oneLine(line)} (${elapsed()})`;
      };
      const clock = isTerminal ? setInterval(show, 1000) : undefined;
      const say = (text: string) => {
        line = text;
        show();
      };
      try {
        // On a terminal, the line is redrawn.
        await phase.run(isTerminal ? say : stepsOf(say));
        task.title = `${title} (${elapsed()})`;
      } catch (error) {
        onError(error);
        // A log shows which of several errors is of which phase; on a terminal, the list and the errors are together.
        throw new Error(isTerminal ? "see below" : messageOf(error), { cause: error });
      } finally {
        clearInterval(clock);
      }
    },
  };
}

function messageOf(error: unknown): string {
  return oneLine(error instanceof Error ? error.message : String(error));
}
