import { KilnError } from "./kiln-error.ts";
import { systemCode } from "./system-error.ts";

/** Whether the operating system, or a program's last words, say that a disk is full. */
export function isDiskFull(from: unknown): boolean {
  if (typeof from === "string") return /No space left on device|Disk quota exceeded/.test(from);
  const code = systemCode(from);
  return code === "ENOSPC" || code === "EDQUOT";
}

/** @param what what there was no room for */
export function diskFullError(what: string, cause?: unknown): KilnError {
  return new KilnError("disk-full", {
    expected: `room on the disk for ${what}`,
    found: "the disk is full",
    next: "free some disk space, or name folders on another disk: the output's, KILN_CACHE_DIR, TMPDIR",
    cause,
  });
}
