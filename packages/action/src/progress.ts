import { endGroup, info, startGroup } from "@actions/core";

/** Takes what an action does to the log: a group for each phase, with a line for each step in it. */
export interface Progress {
  /** Begins a phase; the one before it ends. */
  phase: (title: string) => void;
  /** Takes a line about what is being done. Lines that differ only in numbers from the one before are left out. */
  say: (line: string) => void;
  /** Takes every line as it is. */
  log: (line: string) => void;
}

export interface OpenProgress extends Progress, Disposable {}

export function openProgress(): OpenProgress {
  let isOpen = false;
  let before = "";
  const end = () => {
    if (isOpen) endGroup();
    isOpen = false;
  };
  return {
    phase(title) {
      end();
      startGroup(title);
      isOpen = true;
    },
    say(line) {
      const words = line.replaceAll(/[\d.]+/g, "");
      if (words !== before) info(harmless(line));
      before = words;
    },
    log: (line) => info(harmless(line)),
    [Symbol.dispose]: end,
  };
}

/**
 * What a program printed, or a name from outside, must not be taken for a command to the runner: it reads `##[` anywhere,
 * and `::` at the beginning of what it takes for a line, which a carriage return ends as well.
 */
function harmless(line: string): string {
  return line
    .replaceAll(/[\r\n]+/g, " ")
    .replaceAll("##[", "# #[")
    .replace(/^(\s*):(?=:)/, "$1: ");
}
