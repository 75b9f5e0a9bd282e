import { evaluate, type Scope } from "./evaluate.ts";
import type { Job, Workflow } from "./model.ts";

/** The jobs of a workflow, each after the jobs that it needs. */
export function inOrder(jobs: Workflow["jobs"]): [string, Job][] {
  const ordered = new Map<string, Job>();
  const add = (id: string) => {
    const job = jobs[id];
    if (!job) throw new Error(`no such job: ${id}`);
    if (ordered.has(id)) return;
    for (const needed of job.needs) add(needed);
    ordered.set(id, job);
  };
  for (const id of Object.keys(jobs)) add(id);
  return [...ordered];
}

/** The jobs that a job needs, directly or indirectly. */
export function ancestorsOf(jobs: Workflow["jobs"], id: string): Set<string> {
  const needs = jobs[id]?.needs ?? [];
  return new Set(needs.flatMap((needed) => [needed, ...ancestorsOf(jobs, needed)]));
}

/** GitHub's limit on the jobs of one matrix. */
const mostJobs = 256;

/**
 * The values of each job of a matrix: every combination of its lists, and the entries of `include`.
 * @throws Error if GitHub would refuse it
 */
export function expandMatrix({ strategy }: Job, scope: Scope): Record<string, unknown>[] {
  if (!strategy) return [{}];
  const matrix = evaluate(strategy.matrix, scope);
  if (matrix === null || typeof matrix !== "object") throw new Error("a matrix is a mapping");
  const { include, ...lists } = Object.fromEntries(
    Object.entries(matrix).map(([name, value]) => [name, evaluate(value, scope)]),
  );
  let jobs: Record<string, unknown>[] = Object.keys(lists).length > 0 ? [{}] : [];
  for (const [name, list] of Object.entries(lists)) {
    if (!Array.isArray(list)) throw new Error(`the matrix's ${name} is not a list`);
    jobs = jobs.flatMap((job) => list.map((value: unknown) => ({ ...job, [name]: value })));
  }
  if (include !== undefined && !Array.isArray(include)) throw new Error("the matrix's include is not a list");
  for (const one of include ?? []) jobs.push({ ...one });
  if (jobs.length === 0) throw new Error("Matrix vector does not contain any values");
  if (jobs.length > mostJobs)
    throw new Error(`a matrix of ${jobs.length} jobs, but GitHub allows ${mostJobs}`);
  return jobs;
}
