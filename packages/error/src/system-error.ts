import { KilnError } from "./kiln-error.ts";

/** The code of an error from the operating system, such as `ENOENT`; undefined for any other error. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** What the operating system's codes mean for a path (errno(3)). */
const descriptions: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EEXIST: "it already exists",
  EISDIR: "it is a directory",
  ENOENT: "it does not exist",
  ENOTDIR: "part of the path is not a directory",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
};

/** Describes why the operating system rejected a path; undefined if the error is about something else. */
export function describeSystemError(error: unknown): string | undefined {
  return descriptions[systemCode(error) ?? ""];
}

/**
 * Whether an error of the operating system, or the output of a failed program, says that the disk is full.
 */
export function isDiskFull(from: unknown): boolean {
  if (typeof from === "string") return /No space left on device|Disk quota exceeded/.test(from);
  const code = systemCode(from);
  return code === "ENOSPC" || code === "EDQUOT";
}

/** @param what the data that did not fit */
export function diskFullError(what: string, cause?: unknown): KilnError {
  return new KilnError("disk-full", {
    expected: `enough disk space for ${what}`,
    found: "the disk is full",
    next: "free some disk space, or use another disk for the output, KILN_CACHE_DIR and TMPDIR",
    cause,
  });
}
