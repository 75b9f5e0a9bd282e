import { evaluateTexts } from "./evaluate.ts";
import type { RunStore } from "./job-state.ts";
import type { Permissions } from "./model.ts";
import { ancestorsOf, expandMatrix, inOrder } from "./plan-jobs.ts";
import type { ReadWorkflow } from "./read.ts";
import { isWanted, type JobResult, runJob } from "./run-job.ts";

/** The inputs of a run. */
export interface RunRequest {
  id: number;
  /** The `github` context, except its token. */
  github: Record<string, unknown>;
  inputs: Record<string, unknown>;
  vars: Record<string, string>;
  secrets: Record<string, string>;
  /** Variables of the runner. */
  env: Record<string, string>;
  tokenFor: (permissions: Permissions) => string;
  /** Is called before each job. */
  beforeJob?: ((job: string, artifacts: ReadonlyMap<string, string>) => Promise<void>) | undefined;
  store: RunStore;
}

/** A run of a workflow. */
export interface WorkflowRun {
  id: number;
  conclusion: "success" | "failure";
  /** The jobs that ran, in order, without those that were skipped. */
  jobs: JobResult[];
  artifacts: ReadonlyMap<string, string>;
  attestations: ReadonlyMap<string, string>;
}

/** Runs a workflow's jobs in order, those of a matrix in parallel. */
export async function runWorkflow(workflow: ReadWorkflow, request: RunRequest): Promise<WorkflowRun> {
  const { github, inputs, vars, store } = request;
  const results = new Map<string, Pick<JobResult, "outputs"> & { result: string }>();
  const jobs: JobResult[] = [];
  for (const [id, job] of inOrder(workflow.jobs)) {
    const needs = Object.fromEntries(job.needs.map((needed) => [needed, results.get(needed)]));
    const contexts = { github, inputs, vars, needs };
    const conditions = workflow.conditions[id];
    const before = [...ancestorsOf(workflow.jobs, id)].map((one) => results.get(one)?.result ?? "");
    if (!isWanted(conditions?.job ?? "success()", contexts, before)) {
      results.set(id, { result: "skipped", outputs: {} });
      continue;
    }
    await request.beforeJob?.(id, store.artifacts);
    const permissions = job.permissions ?? workflow.permissions;
    const ran = await Promise.all(
      expandMatrix(job, { contexts, status: "success" }).map((matrix) => {
        const token = request.tokenFor(permissions);
        const secrets = { ...request.secrets, GITHUB_TOKEN: token };
        const all = { ...contexts, github: { ...github, token }, secrets, matrix, strategy: {} };
        const env = evaluateTexts(workflow.env, { contexts: all, status: "success" });
        return runJob({
          id,
          job,
          permissions,
          conditions: conditions?.steps ?? [],
          contexts: all,
          env: { ...request.env, ...env },
          secrets: Object.values(secrets),
          store,
        });
      }),
    );
    jobs.push(...ran);
    results.set(id, {
      result: ran.every(({ result }) => result === "success") ? "success" : "failure",
      outputs: Object.assign({}, ...ran.map(({ outputs }) => outputs)),
    });
  }
  const failed = [...results.values()].some(({ result }) => result === "failure");
  const { artifacts, attestations } = store;
  return { id: request.id, conclusion: failed ? "failure" : "success", jobs, artifacts, attestations };
}
