import { dirname } from "node:path";
import { KilnError, systemCode } from "@sysext-kiln/error";
import { makeFolder, openRegularFile } from "./files.ts";
import type { Say } from "./reporter.ts";

export interface LockOptions {
  /** Whether to wait for the lock (the default) or to fail with `busy`. */
  wait?: boolean;
  /** Take a shared lock: only an exclusive lock has to wait for it, and it for an exclusive one. */
  shared?: boolean;
  /** What the lock protects, for messages. */
  what?: string;
  /** Called once if the lock is taken and has to be waited for. */
  say?: Say;
}

/** The exit status of flock if the lock is taken. */
const conflict = 75;

/**
 * Runs a function while holding a lock on a file. A child process holds the lock as long as a pipe from this
 * process is open, so the lock is released when this process ends, however it ends.
 * @throws KilnError `busy`, `command-failed`, `file-inaccessible`
 */
export async function withLock<T>(path: string, fn: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  await makeFolder(dirname(path));
  await requireLockFile(path);
  const release = (await acquire(path, false, options)) ?? (await contended(path, options));
  try {
    return await fn();
  } finally {
    await release();
  }
}

/** flock would wait for the writer of a FIFO, and make a file where a link leads. */
async function requireLockFile(path: string): Promise<void> {
  const file = await openRegularFile(path).catch((error: unknown) => {
    if (systemCode(error) !== "ENOENT") throw error;
  });
  await file?.close();
}

async function contended(path: string, options: LockOptions): Promise<() => Promise<void>> {
  const { wait = true, what = path, say } = options;
  if (!wait) throw busy(path, what);
  say?.(`waiting, because ${what} is in use`);
  const release = await acquire(path, true, options);
  if (release === undefined) throw busy(path, what);
  return release;
}

function busy(path: string, what: string): KilnError {
  return new KilnError("busy", {
    expected: `no other kiln process to be using ${what}`,
    found: `another process holds the lock ${path}`,
    next: "wait until it has finished, then try again",
  });
}

/** @returns a function that releases the lock; undefined if another process holds it and `wait` is false */
async function acquire(
  path: string,
  wait: boolean,
  { shared = false }: LockOptions,
): Promise<(() => Promise<void>) | undefined> {
  const kind = shared ? "--shared" : "--exclusive";
  const args = [kind, ...(wait ? [] : ["--nonblock", "--conflict-exit-code", String(conflict)]), path, "cat"];
  // In its own process group, so that Ctrl-C does not end it while this process still needs the lock.
  const { execa } = await import("execa");
  const holder = execa("flock", args, {
    stdin: "pipe",
    stderr: "pipe",
    detached: true,
    reject: false,
    buffer: false,
  });
  const held = new Promise<true>((resolve) => holder.stdout.once("data", () => resolve(true)));
  // flock starts `cat` when it has the lock, and `cat` writes this back.
  holder.stdin.on("error", () => undefined);
  holder.stdin.write("held\n");
  const first = await Promise.race([held, holder]);
  if (first !== true) {
    if (first.exitCode === conflict) return undefined;
    throw new KilnError("command-failed", {
      expected: `flock to lock ${path}`,
      found: first.exitCode === undefined ? String(first.cause) : `exit status ${first.exitCode}`,
      next: `check that ${dirname(path)} is writable, and that util-linux is installed`,
    });
  }
  return async () => {
    holder.stdin.end();
    await holder;
  };
}
