import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import type { Say } from "./run.ts";

export interface LockOptions {
  /** Wait for the present holder (the default), or refuse with `busy`. */
  readonly wait?: boolean;
  /** Share the lock with other readers: only one who does not share it waits for them, and they for him. */
  readonly shared?: boolean;
  /** What the lock protects, for messages. */
  readonly what?: string;
  /** Told once, when there is somebody to wait for. */
  readonly say?: Say;
}

const conflict = 75;

/**
 * Runs a function while holding a lock on a file. The lock belongs to a child that lives as long as a pipe from this
 * process is open, so it is gone when this process is, however it ended.
 */
export async function withLock<T>(path: string, fn: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  const release = (await acquire(path, false, options)) ?? (await contended(path, options));
  try {
    return await fn();
  } finally {
    await release();
  }
}

async function contended(path: string, options: LockOptions): Promise<() => Promise<void>> {
  const { wait = true, what = path, say } = options;
  if (!wait) throw busy(path, what);
  say?.(`waiting, as ${what} is in use`);
  const release = await acquire(path, true, options);
  if (release === undefined) throw busy(path, what);
  return release;
}

function busy(path: string, what: string): KilnError {
  return new KilnError("busy", {
    expected: `to be the only kiln that is using ${what}`,
    found: `another process holds the lock ${path}`,
    next: "wait until it is done, and run this again",
  });
}

/** Gives the function that releases the lock, or `undefined` when another process holds it and waiting is not wanted. */
async function acquire(
  path: string,
  wait: boolean,
  { shared = false }: LockOptions,
): Promise<(() => Promise<void>) | undefined> {
  const kind = shared ? "--shared" : "--exclusive";
  const args = [kind, ...(wait ? [] : ["--nonblock", "--conflict-exit-code", String(conflict)]), path, "cat"];
  // A group of its own: Ctrl-C must reach this process first, and leave the lock alone until it is done.
  const { execa } = await import("execa");
  const holder = execa("flock", args, {
    stdin: "pipe",
    stderr: "pipe",
    detached: true,
    reject: false,
    buffer: false,
  });
  const held = new Promise<true>((resolve) => holder.stdout.once("data", () => resolve(true)));
  // `cat` answers as soon as it runs, and it runs as soon as the lock is held.
  holder.stdin.on("error", () => undefined);
  holder.stdin.write("held\n");
  const first = await Promise.race([held, holder]);
  if (first !== true) {
    if (first.exitCode === conflict) return undefined;
    throw new KilnError("command-failed", {
      expected: `flock to lock ${path}`,
      found: first.exitCode === undefined ? String(first.cause) : `exit status ${first.exitCode}`,
      next: `check that the folder ${dirname(path)} can be written, and that util-linux is installed`,
    });
  }
  return async () => {
    holder.stdin.end();
    await holder;
  };
}
