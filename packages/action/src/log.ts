import { debug, endGroup, error as annotateError, info, isDebug, startGroup, warning } from "@actions/core";
import { diskFullError, isDiskFull, isKilnError, oneLine, printable } from "@sysext-kiln/error";
import type { Reporter } from "@sysext-kiln/machine";

/** The log of an action: a group for each phase, with a line for each step. */
export interface ActionLog {
  /** Starts a group, and ends the one before. */
  phase: (title: string) => void;
  /** Logs what is being done. A line that differs from the last one only in its numbers is left out. */
  say: (line: string) => void;
  /** Logs every line. */
  log: (line: string) => void;
  /** Shows phases as groups. Phases that run at the same time share one; each line begins with its phase. */
  reporter: Reporter;
}

export function openLog(): ActionLog & Disposable {
  let isOpen = false;
  let last = "";
  const end = () => {
    if (isOpen) endGroup();
    isOpen = false;
  };
  const phase = (title: string) => {
    end();
    startGroup(oneLine(title));
    isOpen = true;
  };
  const say = (line: string) => {
    const words = line.replaceAll(/[\d.]+/g, "");
    if (words !== last) info(harmless(line));
    last = words;
  };
  return {
    phase,
    say,
    log: (line) => info(harmless(line)),
    reporter: { run: (phases, options) => runPhases({ phase, say }, phases, options) },
    [Symbol.dispose]: end,
  };
}

async function runPhases(
  { phase, say }: Pick<ActionLog, "phase" | "say">,
  phases: Parameters<Reporter["run"]>[0],
  { concurrency = 1 }: Parameters<Reporter["run"]>[1] = {},
): Promise<unknown[]> {
  const errors: unknown[] = [];
  const fail = (error: unknown) => {
    say("failed: see the annotation");
    errors.push(error);
  };
  if (concurrency === 1) {
    for (const { title, run } of phases) {
      phase(title);
      await run(say).catch(fail);
    }
    return errors;
  }
  phase(phases.map(({ title }) => title).join(", "));
  const waiting = phases.values();
  const work = async () => {
    for (const { title, run } of waiting) await run((line) => say(`${title}: ${line}`)).catch(fail);
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
