import { onTermination, type Phase, type Reporter } from "@sysext-kiln/machine";
import { oneLine } from "@sysext-kiln/error";
import { Listr, ListrLogger, ProcessOutput, type ListrTask } from "listr2";
import { formatDuration } from "./print.ts";

export interface ReporterOptions {
  /** Shows nothing, because the standard output is JSON. */
  json?: boolean;
  /** Writes to the standard error, because the standard output is for something else. */
  onStderr?: boolean | undefined;
}

/** Shows phases as a list that is redrawn in place on a terminal, and as plain lines elsewhere. */
export function openReporter({ json, onStderr }: ReporterOptions): Reporter {
  const stream = onStderr ? process.stderr : process.stdout;
  return {
    async run(phases, { concurrency = 1 } = {}) {
      const errors: unknown[] = [];
      const output = new ProcessOutput(stream, process.stderr);
      const list = new Listr(
        phases.map((phase) => listrTask(phase, stream, (error) => errors.push(error))),
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

function listrTask(phase: Phase, stream: NodeJS.WriteStream, onError: (error: unknown) => void): ListrTask {
  const title = oneLine(phase.title);
  return {
    title,
    async task(_, task) {
      const started = Date.now();
      const elapsed = () => formatDuration(Date.now() - started);
      let line = "";
      const show = () => {
        task.output = `${oneLine(line)} (${elapsed()})`;
      };
      const clock = stream.isTTY ? setInterval(show, 1000) : undefined;
      try {
        await phase.run((text) => {
          const isProgress = withoutNumbers(text) === withoutNumbers(line);
          line = text;
          // A log gets a line per step, not per percentage; on a terminal the line is redrawn.
          if (clock !== undefined || !isProgress) show();
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
