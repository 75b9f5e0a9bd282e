import { startProcess } from "@sysext-kiln/testbed";
import type { TestContext } from "vitest";
import { main } from "./paths.ts";

/** kiln as a person uses it: in a terminal. */
export interface Terminal {
  /** Types keys as soon as the screen shows something that no earlier call has matched. */
  typeAfter(shown: RegExp, keys: string): Promise<void>;
  /** Waits until kiln has ended; returns what was shown, the exit status, and kiln's process id. */
  ended(): Promise<{ shown: string; status: number | undefined; pid: number }>;
}

/** The part of a test's time that remains for closing the terminal and reporting what was shown. */
const closingMs = 10_000;

/**
 * Starts kiln in a terminal of its own, which script(1) makes. Waiting fails before the test's time is up,
 * and the terminal is closed when the test has finished in any way: `await using` would not close it in a
 * test that timed out, as that one would still be waiting.
 */
export function openTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { task, onTestFinished }: TestContext,
): Terminal {
  const words = [process.execPath, main, ...args].map((word) => `'${word}'`).join(" ");
  const command = `echo "process $$"; stty rows 30 columns 120; exec ${words}`;
  const child = startProcess("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
    stdin: "pipe",
    reject: false,
    buffer: false,
    env: { TERM: "xterm", ...env },
  });
  onTestFinished(async () => {
    child.kill();
    await child;
  });
  let shown = "";
  let matched = 0;
  const watchers = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
    for (const look of watchers) look();
  });

  const deadline = AbortSignal.timeout(task.timeout - closingMs);
  /** Waits for something, but not longer than the test's time allows. */
  async function inTime<T>(what: string, promise: Promise<T>): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const giveUp = () =>
      reject(new Error(`waited too long for ${what}; shown meanwhile: ${shown.slice(matched)}`));
    deadline.addEventListener("abort", giveUp, { once: true });
    try {
      return await Promise.race([promise, late]);
    } finally {
      deadline.removeEventListener("abort", giveUp);
    }
  }

  return {
    async typeAfter(pattern, keys) {
      const { promise: found, resolve, reject } = Promise.withResolvers<void>();
      const look = () => {
        const match = pattern.exec(shown.slice(matched));
        if (!match) return;
        matched += match.index + match[0].length;
        resolve();
      };
      watchers.add(look);
      look();
      void child.then(() => reject(new Error(`kiln ended before it showed ${pattern}: ${shown}`)));
      await inTime(String(pattern), found).finally(() => watchers.delete(look));
      child.stdin.write(keys);
    },
    async ended() {
      const { exitCode } = await inTime("kiln to end", child);
      return { shown, status: exitCode, pid: Number(/^process (\d+)/.exec(shown)?.[1]) };
    },
  };
}
