import type { Job, Workflow } from "./model.ts";

/** The jobs of a workflow, each after those that it needs. */
export function inOrder(jobs: Workflow["jobs"]): [string, Job][] {
  const ordered = new Map<string, Job>();
  const add = (id: string) => {
    const job = jobs[id];
    if (!job) throw new Error(`there is no job ${id}`);
    if (ordered.has(id)) return;
    for (const needed of job.needs) add(needed);
    ordered.set(id, job);
  };
  for (const id of Object.keys(jobs)) add(id);
  return [...ordered];
}

/** The jobs that a job needs, and all that these need. */
export function ancestorsOf(jobs: Workflow["jobs"], id: string): Set<string> {
  const needs = jobs[id]?.needs ?? [];
  return new Set(needs.flatMap((needed) => [needed, ...ancestorsOf(jobs, needed)]));
}
