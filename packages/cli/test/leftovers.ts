import { readdir, readFile } from "node:fs/promises";
import { cacheDirectory, run } from "@sysext-kiln/machine";

/** What exists of a run of kiln that boots hosts. */
export interface Leftovers {
  workFolders: boolean;
  /** Of hosts, with their processes in them. */
  controlGroups: boolean;
  processes: boolean;
  /** Of the work folder, in the namespace of any process. */
  mounts: boolean;
}

/**
 * Looks for what a run of kiln has created; loop devices need no look, as they go away with their mounts.
 * @param pid of the process that ran kiln
 * @param mark in the environment of the processes that it started on this machine
 */
export async function leftoversOf(pid: number | undefined, mark: string): Promise<Leftovers> {
  const folders = await readdir(cacheDirectory("work"));
  return {
    workFolders: folders.some((name) => name.startsWith(`${pid}-`)),
    controlGroups: (await controlGroups()).some((name) => name.startsWith(`kiln-host-${pid}-`)),
    processes: await isInProcesses("environ", mark),
    mounts: await isInProcesses("mountinfo", `/work/${pid}-`),
  };
}

/** The names of the control groups at the root of version 2, even if this machine itself uses version 1. */
async function controlGroups(): Promise<string[]> {
  const script = 'mount -t cgroup2 cgroup2 "$1" && ls "$1"';
  return (await run("unshare", ["--mount", "sh", "-c", script, "sh", "/mnt"])).split("\n");
}

/** Whether a text is in this file in /proc of any process. */
async function isInProcesses(file: "environ" | "mountinfo", text: string): Promise<boolean> {
  const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = processes.map(async (name) => {
    // The process may have ended meanwhile.
    const content = await readFile(`/proc/${name}/${file}`, "utf8").catch(() => "");
    return content.includes(text);
  });
  return (await Promise.all(found)).includes(true);
}
