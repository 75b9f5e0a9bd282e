import type { Workflow } from "../model.ts";

/** Every job says what its token may do and how long it may take; what it does not say, it may not. */
export function checkPermissions({ permissions, jobs }: Workflow): string[] {
  const forAll = Object.keys(permissions).length > 0 ? ["permissions for all jobs at once"] : [];
  const missing = Object.entries(jobs).flatMap(([id, job]) => [
    ...(job.permissions ? [] : [`job ${id} has no permissions of its own`]),
    ...(job["timeout-minutes"] === undefined ? [`job ${id} has no timeout`] : []),
  ]);
  return [...forAll, ...missing];
}
