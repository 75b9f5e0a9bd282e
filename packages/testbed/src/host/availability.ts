import { existsSync } from "node:fs";

/** Why this machine cannot boot hosts, as the end of a sentence; `undefined` when it can. */
export function whyNoHosts(): string | undefined {
  if (process.platform !== "linux") return "hosts are Linux containers, and this machine runs something else";
  if (process.getuid?.() !== 0) return "booting a host needs root, as sudo gives";
  if (!existsSync("/dev/loop-control")) return "this machine has no loop devices (/dev/loop-control)";
  return undefined;
}
