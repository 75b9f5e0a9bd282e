import { readdirSync, readFileSync } from "node:fs";

/** Watches the processes that this one starts, and those that they start. */
export function watchMemory(): { /** The most memory that one of them had, in MB. */ stop: () => number } {
  let most = 0;
  const look = () => {
    for (const pid of descendants(process.pid)) most = Math.max(most, peakOf(pid));
  };
  // The kernel keeps each process's peak, so the last look before it ends is the one that counts.
  const timer = setInterval(look, 20);
  return {
    stop() {
      clearInterval(timer);
      return most / 1000;
    },
  };
}

function descendants(pid: number): number[] {
  const threads = readSafely(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  const children = threads.flatMap((thread) =>
    (readSafely(() => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8")) ?? "")
      .split(" ")
      .filter((text) => text !== "")
      .map(Number),
  );
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** The largest resident set so far (proc_pid_status(5)), in kB. */
function peakOf(pid: number): number {
  const status = readSafely(() => readFileSync(`/proc/${pid}/status`, "utf8")) ?? "";
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
}

/** Undefined if it cannot be read: a process may end at any time. */
function readSafely<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
