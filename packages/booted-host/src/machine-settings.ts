import { readFileSync, writeFileSync } from "node:fs";
import { onTermination, type Say } from "@sysext-kiln/machine";

/**
 * Settings of the kernel that name a program which it starts as the machine's root (core(5),
 * proc_sys_kernel(5)). They belong to no namespace, and root in a host may write to them.
 */
const programSettings: readonly string[] = [
  "/proc/sys/kernel/core_pattern",
  "/proc/sys/kernel/modprobe",
  "/proc/sys/kernel/hotplug",
  "/proc/sys/kernel/poweroff_cmd",
  "/sys/kernel/uevent_helper",
];

/**
 * Remembers these settings, and restores those that have changed when it is disposed of, and when a signal
 * terminates this process.
 * @param say takes a line about each setting that was restored
 * @param paths the files of the settings
 */
export function keepMachineSettings(say: Say, paths: readonly string[] = programSettings): Disposable {
  const before = readSettings(paths);
  const restore = () => {
    for (const [path, value] of readSettings(paths)) {
      const original = before.get(path);
      if (original === undefined || original === value) continue;
      writeFileSync(path, original);
      say(`restored ${path}, which was changed to ${JSON.stringify(value.trim())} while the host ran`);
    }
  };
  const termination = onTermination(restore);
  return {
    [Symbol.dispose]() {
      termination[Symbol.dispose]();
      restore();
    },
  };
}

function readSettings(paths: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const path of paths) {
    try {
      found.set(path, readFileSync(path, "utf8"));
    } catch {
      // Not every kernel has every setting.
    }
  }
  return found;
}
