import { rmSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "@sysext-kiln/error";
import { makeFolder } from "./files.ts";

export interface WorkFolderOptions {
  /** The folder that contains it: on the disk of the results, so that a rename can move them there. */
  parent: string;
  /** The start of its name, if the parent also contains other files. */
  prefix?: string;
}

/**
 * Runs work with a new folder, and removes the folder afterwards, also if this process exits or is
 * terminated. Also removes the folders that killed processes have left.
 */
export async function withWorkFolder<T>(
  { parent, prefix = "" }: WorkFolderOptions,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  await makeFolder(parent);
  await removeOrphans(parent, prefix);
  const folder = await mkdtemp(join(parent, `${prefix}${process.pid}-`));
  // Processes that this one has started may still write to it.
  const removeNow = () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  using _ = onTermination(removeNow);
  process.once("exit", removeNow);
  try {
    return await work(folder);
  } finally {
    process.off("exit", removeNow);
    await rm(folder, { recursive: true, force: true });
  }
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs a function when this process gets a signal to terminate; the signal then has its usual effect. */
export function onTermination(act: () => void): Disposable {
  const actAndTerminate = (signal: NodeJS.Signals) => {
    act();
    process.kill(process.pid, signal);
  };
  for (const signal of signals) process.once(signal, actAndTerminate);
  return {
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, actAndTerminate);
    },
  };
}

async function removeOrphans(parent: string, prefix: string): Promise<void> {
  const orphans = (await readdir(parent)).filter((name) => isOrphan(name, prefix));
  await Promise.all(
    orphans.map(async (name) => {
      try {
        await rm(join(parent, name), { recursive: true, force: true });
      } catch (error) {
        // In a shared folder it may belong to another user; and another process may be removing the same one.
        if (!["EACCES", "EPERM", "ENOTEMPTY"].includes(systemCode(error) ?? "")) throw error;
      }
    }),
  );
}

function isOrphan(name: string, prefix: string): boolean {
  const [, pid] = /^(\d+)-\w{6}$/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : "") ?? [];
  return pid !== undefined && !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}
