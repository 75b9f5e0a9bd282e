import { isMap, isScalar, parseDocument } from "yaml";
import type { ReadWorkflow } from "../read-workflow.ts";

/** Every job has a name, a timeout and permissions of its own, and says why it needs each of them. */
export function checkJobs({ permissions, jobs, text }: ReadWorkflow): string[] {
  const forAll = Object.keys(permissions).length > 0 ? ["permissions for all jobs at once"] : [];
  const ofJobs = Object.entries(jobs).flatMap(([id, job]) => [
    ...(job.name === undefined ? [`job ${id} has no name`] : []),
    ...(job["timeout-minutes"] === undefined ? [`job ${id} has no timeout`] : []),
    ...(job.permissions
      ? withoutComment(text, id).map((scope) => `job ${id}: no comment says why it needs ${scope}`)
      : [`job ${id} has no permissions of its own`]),
  ]);
  return [...forAll, ...ofJobs];
}

/** The permissions of a job without a comment on their line. Only `contents: read` needs none: a checkout is obvious. */
function withoutComment(text: string, id: string): string[] {
  const permissions = parseDocument(text).getIn(["jobs", id, "permissions"], true);
  if (!isMap(permissions)) return [];
  return permissions.items.flatMap(({ key, value }) => {
    const permission = `${String(key)}: ${String(value)}`;
    return permission === "contents: read" || (isScalar(value) && value.comment) ? [] : [permission];
  });
}
