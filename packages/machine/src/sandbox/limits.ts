import { readdir, readFile } from "node:fs/promises";
import { systemCode } from "@sysext-kiln/error";

/** What a program in the sandbox may use. */
export interface Limits {
  /** Address space of each process, in bytes. */
  memory: number;
  /** Processes and threads of the whole sandbox. */
  processes: number;
  openFiles: number;
  /** Bytes of one file. */
  fileSize: number;
  /** Bytes of all files in /tmp, and of all in /dev/shm: both are memory. */
  scratch: number;
  seconds: number;
  /** Characters of the standard output, and of the standard error. */
  output: number;
}

const MiB = 1024 * 1024;

/** Enough for a program that reports its version, also under an emulator. */
export const defaultLimits: Limits = {
  memory: 4096 * MiB,
  processes: 256,
  openFiles: 1024,
  fileSize: 64 * MiB,
  scratch: 64 * MiB,
  seconds: 60,
  output: 1 * MiB,
};

/**
 * The options of prlimit for what the kernel limits. It counts the processes of a user, before Linux 5.14
 * also those outside the sandbox, so those that are already running are added.
 */
export async function resourceLimits(limits: Limits, uid: number): Promise<string[]> {
  return [
    // With any other limit the kernel would start the machine's crash handler, as root (core(5)).
    "--core=1",
    `--as=${limits.memory}`,
    `--fsize=${limits.fileSize}`,
    `--nofile=${limits.openFiles}`,
    `--cpu=${limits.seconds}`,
    `--nproc=${limits.processes + (await threadsOf(uid))}`,
  ];
}

async function threadsOf(uid: number): Promise<number> {
  const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const counts = await Promise.all(processes.map((pid) => threadsIn(`/proc/${pid}`, uid)));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function threadsIn(folder: string, uid: number): Promise<number> {
  const status = await readIfPresent(`${folder}/status`);
  if (Number(/^Uid:\s*(\d+)/m.exec(status)?.[1]) !== uid) return 0;
  return Number(/^Threads:\s*(\d+)/m.exec(status)?.[1]);
}

/** Reads a file of a process; empty if the process has ended. */
async function readIfPresent(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes(systemCode(error) ?? "")) return "";
    throw error;
  }
}
