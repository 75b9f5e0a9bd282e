import { readFile, writeFile } from "node:fs/promises";
import type { Say } from "@sysext-kiln/machine";

/**
 * Settings of the kernel that name a program which it starts as the machine's root (core(5), proc_sys_kernel(5)). They
 * belong to no namespace, and root in a host may write to them.
 */
const programSettings = [
  "/proc/sys/kernel/core_pattern",
  "/proc/sys/kernel/modprobe",
  "/proc/sys/kernel/hotplug",
  "/proc/sys/kernel/poweroff_cmd",
  "/sys/kernel/uevent_helper",
];

/**
 * Remembers these settings, and restores those that have changed when it is disposed of.
 * @param say takes a line about each setting that was restored
 */
export async function keepMachineSettings(say: Say): Promise<AsyncDisposable> {
  const before = await readSettings();
  return {
    async [Symbol.asyncDispose]() {
      for (const [path, value] of await readSettings()) {
        const original = before.get(path);
        if (original === undefined || original === value) continue;
        await writeFile(path, original);
        say(`restored ${path}, which was changed to ${JSON.stringify(value.trim())} while the host ran`);
      }
    },
  };
}

async function readSettings(): Promise<Map<string, string>> {
  const found = await Promise.all(
    programSettings.map(async (path) => [path, await readFile(path, "utf8").catch(() => undefined)] as const),
  );
  return new Map(found.flatMap(([path, value]) => (value === undefined ? [] : [[path, value]])));
}
