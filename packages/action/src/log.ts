import { debug, endGroup, error as annotateError, info, isDebug, startGroup, warning } from "@actions/core";
import { diskFullError, isDiskFull, isKilnError, oneLine, printable } from "@sysext-kiln/error";
import { stepsOf, type Phase, type Reporter } from "@sysext-kiln/machine";

/** The log of an action: a group for each phase, with a line for each step. */
export interface ActionLog {
  /** Starts a group, and ends the one before. */
  phase: (title: string) => void;
  /** Logs what is being done; most of the lines that differ from the last one only in their numbers are left out. */
  say: (line: string) => void;
  /** Logs every line. */
  log: (line: string) => void;
  /**
   * Shows phases as groups. Phases that run at the same time share one, because groups cannot overlap; each of its lines
   * begins with the title of its phase.
   */
  reporter: Reporter;
}

function logLine(line: string): void {
  info(harmless(line));
}

export function openLog(): ActionLog & Disposable {
  let isOpen = false;
  const end = () => {
    if (isOpen) endGroup();
    isOpen = false;
  };
  const phase = (title: string) => {
    end();
    startGroup(oneLine(title));
    isOpen = true;
  };
  return {
    phase,
    say: stepsOf(logLine),
    log: logLine,
    reporter: { run: (phases, options) => runPhases({ phase, log: logLine }, phases, options) },
    [Symbol.dispose]: end,
  };
}

async function runPhases(
  { phase, log }: Pick<ActionLog, "phase" | "log">,
  phases: readonly Phase[],
  { concurrency = 1 }: Parameters<Reporter["run"]>[1] = {},
): Promise<unknown[]> {
  const errors: unknown[] = [];
  const runOne = async (run: Phase["run"], ownLog: ActionLog["log"]) => {
    await run(stepsOf(ownLog)).catch((error: unknown) => {
      ownLog(`failed: ${error instanceof Error ? error.message : String(error)}`);
      errors.push(error);
    });
  };
  if (concurrency === 1) {
    for (const { title, run } of phases) {
      phase(title);
      await runOne(run, log);
    }
    return errors;
  }
  phase(phases.map(({ title }) => title).join(", "));
  const waiting = phases.values();
  const work = async () => {
    for (const { title, run } of waiting) await runOne(run, (line) => log(`${title}: ${line}`));
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return errors;
}

/**
 * Keeps a program's output, or a name from outside, from being a command to the runner, which reads `##[`
 * anywhere and `::` at the start of a line. For the runner a carriage return ends a line, too.
 */
function harmless(line: string): string {
  return oneLine(line.replaceAll(/[\r\n]+/g, " "))
    .replaceAll("##[", "# #[")
    .replace(/^(\s*):(?=:)/, "$1: ");
}

/** Reports a warning as an annotation. */
export function warn(title: string, text: string): void {
  warning(printable(text), { title });
}

/**
 * Reports an error as an annotation, which GitHub shows with the run. The stack is only in the log of a run
 * with debug logging.
 */
export function annotate(thrown: unknown): void {
  for (const error of thrown instanceof AggregateError ? thrown.errors : [thrown]) {
    const shown = isDiskFull(error) ? diskFullError("what was being written", error) : error;
    if (isKilnError(shown)) {
      const { code, expected, found, next } = shown;
      annotateError(`expected ${printable(expected)}\nfound: ${printable(found)}\nnext: ${printable(next)}`, {
        title: code,
      });
    } else {
      const message = shown instanceof Error ? shown.message : String(shown);
      annotateError(
        `${printable(message)}\nfound: an error that kiln did not foresee\n` +
          "next: run it again with debug logging, and report what it prints",
        { title: "unexpected" },
      );
    }
    if (!isDebug()) continue;
    for (let at: unknown = shown; at instanceof Error; at = at.cause)
      debug(printable(at.stack ?? at.message));
  }
}
