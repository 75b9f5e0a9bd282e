import { evaluate, type Scope } from "./evaluate.ts";
import type { Job } from "./model.ts";

/** GitHub's limit of the jobs that one matrix makes in a run. */
const mostJobs = 256;

/**
 * The values of each job that a matrix makes: every combination of its lists, and what `include` adds.
 * @throws Error where GitHub would refuse it
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
    if (!Array.isArray(list)) throw new Error(`the matrix's ${name} is no list`);
    jobs = jobs.flatMap((job) => list.map((value: unknown) => ({ ...job, [name]: value })));
  }
  if (include !== undefined && !Array.isArray(include)) throw new Error("the matrix's include is no list");
  for (const one of include ?? []) jobs.push({ ...one });
  if (jobs.length === 0) throw new Error("Matrix vector does not contain any values");
  if (jobs.length > mostJobs)
    throw new Error(`a matrix of ${jobs.length} jobs, and GitHub takes ${mostJobs}`);
  return jobs;
}
