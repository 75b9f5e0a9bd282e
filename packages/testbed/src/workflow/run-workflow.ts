import { calledInputs, checkCalls } from "./calls.ts";
import type { ConcurrencyGroups } from "./concurrency.ts";
import { evaluateText, evaluateTexts, type Scope } from "./evaluate.ts";
import type { RunStore } from "./job-state.ts";
import { type Call, isCall, type Permissions, type StepsJob } from "./model.ts";
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
  beforeJob?: BeforeJob | undefined;
  store: RunStore;
  groups: ConcurrencyGroups;
  /** The jobs of the attempts before this one, by their names: those that succeeded are not run again. */
  before: ReadonlyMap<string, JobResult>;
}

export type BeforeJob = (
  job: { id: string; name: string },
  artifacts: ReadonlyMap<string, string>,
) => Promise<void>;

/** A run of a workflow. */
export interface WorkflowRun {
  id: number;
  conclusion: "success" | "failure" | "cancelled";
  /** The jobs that ran in this attempt, in the order of the workflow, without those that were skipped. */
  jobs: JobResult[];
  artifacts: ReadonlyMap<string, string>;
  attestations: ReadonlyMap<string, string>;
}

type Conclusion = WorkflowRun["conclusion"] | "skipped";

/** What became of a job with all entries of its matrix, or of a called workflow. */
interface Outcome {
  result: Conclusion;
  outputs: Record<string, string>;
  /** The jobs that ran in this attempt. */
  jobs: JobResult[];
}

/** What a caller gives to the jobs of a workflow; the first caller is GitHub itself. */
interface Caller {
  /** What the names of the jobs begin with. */
  prefix: string;
  inputs: Record<string, unknown>;
  secrets: Record<string, string>;
  /** Whether the caller runs again, so that all of these jobs do. */
  isAgain: boolean;
}

/** Runs a workflow's jobs, each as soon as the jobs that it needs have ended. */
export async function runWorkflow(workflow: ReadWorkflow, request: RunRequest): Promise<WorkflowRun> {
  const refused = checkCalls(workflow);
  if (refused.length > 0) throw new Error(refused.join("\n"));
  const { inputs, secrets, store, id } = request;
  const outcomes = await runJobs(workflow, { prefix: "", inputs, secrets, isAgain: false }, request);
  const conclusion = worst([...outcomes.values()].map(({ result }) => result));
  return {
    id,
    conclusion: conclusion === "skipped" ? "success" : conclusion,
    jobs: [...outcomes.values()].flatMap(({ jobs }) => jobs),
    artifacts: store.artifacts,
    attestations: store.attestations,
  };
}

/** Runs the jobs of a workflow, and returns their outcomes in the workflow's order. */
async function runJobs(
  workflow: ReadWorkflow,
  caller: Caller,
  request: RunRequest,
): Promise<Map<string, Outcome>> {
  const running = new Map<string, Promise<Outcome>>();
  for (const [id] of inOrder(workflow.jobs)) {
    const needed = [...ancestorsOf(workflow.jobs, id)].map(
      async (one) => [one, (await running.get(one)) ?? skipped] as const,
    );
    const start = async () => runEntries(workflow, id, new Map(await Promise.all(needed)), caller, request);
    running.set(id, start());
  }
  const outcomes = new Map(await settled([...running].map(async ([id, job]) => [id, await job] as const)));
  return new Map(Object.keys(workflow.jobs).map((id) => [id, outcomes.get(id) ?? skipped]));
}

/** Like `Promise.all`, but if one fails, the others end first. */
async function settled<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

const skipped: Outcome = { result: "skipped", outputs: {}, jobs: [] };

/** Runs a job for each entry of its matrix. @param before the outcomes of all jobs that it needs, also indirectly */
async function runEntries(
  workflow: ReadWorkflow,
  id: string,
  before: ReadonlyMap<string, Outcome>,
  caller: Caller,
  request: RunRequest,
): Promise<Outcome> {
  const job = workflow.jobs[id];
  if (!job) throw new Error(`no such job: ${id}`);
  const needs = Object.fromEntries(
    job.needs.map((needed) => {
      const { result, outputs } = before.get(needed) ?? skipped;
      return [needed, { result, outputs }];
    }),
  );
  const contexts = { github: request.github, inputs: caller.inputs, vars: request.vars, needs };
  const results = [...before.values()].map(({ result }) => result);
  if (!isWanted(workflow.conditions[id]?.job ?? "success()", contexts, results)) return skipped;

  const isAgain = caller.isAgain || [...before.values()].some(({ jobs }) => jobs.length > 0);
  const entries = expandMatrix(job, { contexts, status: "success" });
  const outcomes = await settled(
    entries.map(async (matrix): Promise<Outcome> => {
      const all = { ...contexts, matrix, strategy: {}, secrets: caller.secrets };
      const scope: Scope = { contexts: all, status: "success" };
      const title = evaluateText(job.name ?? id, scope);
      const name = caller.prefix + title;
      const run = () =>
        isCall(job)
          ? runCalled(workflow, id, job, { ...caller, prefix: `${name} / `, isAgain }, scope, request)
          : runUnlessDone(workflow, { id, name, job }, { ...caller, isAgain }, all, request);
      if (!job.concurrency) return run();
      const group = evaluateText(job.concurrency.group, scope);
      return (
        (await request.groups.within({ ...job.concurrency, group }, run)) ?? {
          ...skipped,
          result: "cancelled",
        }
      );
    }),
  );
  return {
    result: worst(outcomes.map(({ result }) => result)),
    // As on GitHub: of a matrix, the last entry that sets an output counts.
    outputs: Object.assign({}, ...outcomes.map(({ outputs }) => outputs)),
    jobs: outcomes.flatMap(({ jobs }) => jobs),
  };
}

function worst(results: readonly Conclusion[]): Conclusion {
  const found = (["failure", "cancelled", "success"] as const).find((one) => results.includes(one));
  return found ?? "skipped";
}

/** Runs a called workflow: its jobs see their own inputs, and of the secrets those that they are given. */
async function runCalled(
  workflow: ReadWorkflow,
  id: string,
  call: Call,
  caller: Caller,
  scope: Scope,
  request: RunRequest,
): Promise<Outcome> {
  const called = workflow.called[id];
  const declared = called?.on.workflow_call;
  if (!called || !declared) throw new Error(`${call.uses} cannot be called`);
  const inputs = calledInputs(call, declared.inputs, scope);
  const secrets = evaluateTexts(call.secrets, scope);
  const outcomes = await runJobs(called, { ...caller, inputs, secrets }, request);
  const jobs = Object.fromEntries(
    [...outcomes].map(([inner, { result, outputs }]) => [inner, { result, outputs }]),
  );
  const contexts = { github: request.github, vars: request.vars, inputs, jobs };
  const values = Object.entries(declared.outputs).map(
    ([name, { value }]) => [name, evaluateText(value, { contexts, status: "success" })] as const,
  );
  return {
    result: worst(Object.values(jobs).map(({ result }) => result)),
    outputs: Object.fromEntries(values.filter(([, value]) => value !== "")),
    jobs: [...outcomes.values()].flatMap((outcome) => outcome.jobs),
  };
}

/** Runs a job with steps, unless an earlier attempt did. */
async function runUnlessDone(
  workflow: ReadWorkflow,
  { id, name, job }: { id: string; name: string; job: StepsJob },
  caller: Caller,
  contexts: Record<string, unknown>,
  request: RunRequest,
): Promise<Outcome> {
  const done = request.before.get(name);
  if (done?.result === "success" && !caller.isAgain) return { ...done, jobs: [] };
  await request.beforeJob?.({ id, name }, request.store.artifacts);
  const permissions = job.permissions ?? workflow.permissions;
  const token = request.tokenFor(permissions);
  const secrets = { ...caller.secrets, GITHUB_TOKEN: token };
  const all = { ...contexts, github: { ...request.github, token }, secrets };
  const ran = await runJob({
    ...{ id, name, job, permissions },
    conditions: workflow.conditions[id]?.steps ?? [],
    contexts: all,
    env: { ...request.env, ...evaluateTexts(workflow.env, { contexts: all, status: "success" }) },
    secrets: Object.values({ ...request.secrets, ...secrets }),
    store: request.store,
  });
  return { result: ran.result, outputs: ran.outputs, jobs: [ran] };
}
