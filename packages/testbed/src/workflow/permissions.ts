import type { JobState } from "./job-state.ts";

/** Refuses what a job's token may not do. */
export function requirePermission(
  { id, permissions }: JobState,
  scope: string,
  level: "read" | "write",
): void {
  const held = permissions[scope] ?? "none";
  if (held === "write" || held === level) return;
  throw new Error(`the job ${id} has not the permission ${scope}: ${level}`);
}
