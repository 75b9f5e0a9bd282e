import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { evaluateText, evaluateTexts, isTrue } from "./evaluate.ts";
import { type JobLog, openJobLog } from "./job-log.ts";
import type { JobState, RunStore } from "./job-state.ts";
import type { Permissions, StepsJob } from "./model.ts";
import { runStep, scopeOf } from "./run-step.ts";

/** A job of a run, with the values that its matrix gives it. */
export interface PlannedJob {
  id: string;
  /** As GitHub shows it: after the names of the jobs that called its workflow. */
  name: string;
  job: StepsJob;
  permissions: Permissions;
  /** The conditions of its steps, as GitHub completes them. */
  conditions: readonly string[];
  contexts: Record<string, unknown>;
  /** Variables of the runner and the workflow. */
  env: Record<string, string>;
  secrets: readonly string[];
  store: RunStore;
}

/** The result of a job. */
export interface JobResult {
  id: string;
  name: string;
  result: "success" | "failure";
  runsOn: string;
  outputs: Record<string, string>;
  steps: JobState["steps"];
  log: JobLog;
  /** Markdown. */
  summary: string;
}

/** Runs a job on a fresh runner: its steps in order, then what they have deferred to the end. */
export async function runJob(planned: PlannedJob): Promise<JobResult> {
  const { id, job, conditions, store, contexts } = planned;
  const folder = await store.newFolder();
  const state: JobState = {
    id,
    job,
    permissions: planned.permissions,
    workspace: join(folder, "workspace"),
    actions: join(folder, "actions"),
    temp: join(folder, "temp"),
    env: {},
    contexts,
    steps: {},
    status: "success",
    log: openJobLog(planned.secrets),
    summaries: [],
    store,
  };
  const home = join(folder, "home");
  for (const path of [state.workspace, state.temp, home]) await mkdir(path);
  state.env = {
    ...planned.env,
    HOME: home,
    GITHUB_WORKSPACE: state.workspace,
    GITHUB_JOB: id,
    RUNNER_TEMP: state.temp,
    ...evaluateTexts(job.env, scopeOf(state)),
  };
  // The runner fetches these before the first step: the job needs no checkout for them.
  if (job.steps.some(({ uses }) => uses?.startsWith("$/"))) await store.checkOut(state.actions);
  Object.assign(state.contexts, { runner: { temp: state.temp, os: "Linux", debug: "" }, job: {} });

  for (const [index, step] of job.steps.entries())
    await runStep(state, step, conditions[index] ?? "success()");

  const outputs = evaluateTexts(job.outputs, scopeOf(state));
  return {
    id,
    name: planned.name,
    result: state.status,
    runsOn: evaluateText(job["runs-on"], scopeOf(state)),
    // As on a runner: an empty output, or one that contains a secret, is not set.
    outputs: Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== "")),
    steps: state.steps,
    log: state.log,
    summary: state.summaries.join("\n"),
  };
}

/** Whether a job runs at all, after those that it needs. */
export function isWanted(
  condition: string,
  contexts: Record<string, unknown>,
  results: readonly string[],
): boolean {
  // A skipped job prevents those that need it from running, unless their conditions say otherwise.
  const status = (["failure", "skipped"] as const).find((one) => results.includes(one)) ?? "success";
  return isTrue(condition, { contexts, status });
}
