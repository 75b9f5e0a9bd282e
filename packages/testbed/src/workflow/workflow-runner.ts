import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emptyOf } from "./calls.ts";
import { openConcurrencyGroups } from "./concurrency.ts";
import type { RunStore } from "./job-state.ts";
import type { Permissions, Workflow } from "./model.ts";
import { readWorkflow } from "./read.ts";
import type { JobResult } from "./run-job.ts";
import { type BeforeJob, runWorkflow, type WorkflowRun } from "./run-workflow.ts";
import { githubContext, machineVariables, runnerVariables } from "./runner-variables.ts";

export interface WorkflowRunnerOptions {
  /** The workflow's file. */
  file: string;
  /** Puts the repository's files into a job's workspace. */
  checkOut: (workspace: string) => Promise<void>;
  /** `owner/name`. */
  repository: string;
  apiUrl: string;
  serverUrl: string;
  /** Makes the token of a job, which has only the job's permissions. */
  tokenFor: (permissions: Permissions) => string;
  /** Called before each job with the artifacts of previous jobs, which a hostile job could have changed. */
  beforeJob?: BeforeJob | undefined;
  /** Variables of the runner's machine. */
  machine?: Readonly<Record<string, string>>;
}

/** GitHub Actions for one repository: runs a workflow's jobs on this machine, as a runner would. */
export interface WorkflowRunner extends AsyncDisposable {
  /** The repository's variables: a test may change them. */
  vars: Record<string, string>;
  secrets: Record<string, string>;
  schedule: () => Promise<WorkflowRun>;
  dispatch: (inputs?: Readonly<Record<string, string | boolean>>) => Promise<WorkflowRun>;
  /** Runs the failed jobs of a run again, and the jobs that need them, with the artifacts of the earlier attempts. */
  rerunFailed: (run: WorkflowRun) => Promise<WorkflowRun>;
}

/** What GitHub remembers of a run. */
interface Remembered {
  number: number;
  attempt: number;
  event: string;
  inputs: Record<string, unknown>;
  store: RunStore;
  jobs: Map<string, JobResult>;
}

export async function openWorkflowRunner(options: WorkflowRunnerOptions): Promise<WorkflowRunner> {
  const workflow = await readWorkflow(options.file);
  const folder = await mkdtemp(join(tmpdir(), "kiln-runner-"));
  const groups = openConcurrencyGroups();
  const runs = new Map<number, Remembered>();

  function start(event: string, inputs: Record<string, unknown>): Promise<WorkflowRun> {
    const number = runs.size + 1;
    const store: RunStore = {
      artifacts: new Map(),
      attestations: new Map(),
      newFolder: () => mkdtemp(join(folder, "f-")),
      checkOut: options.checkOut,
    };
    const id = 1000 + number;
    runs.set(id, { number, attempt: 0, event, inputs, store, jobs: new Map() });
    return attempt(id);
  }

  async function attempt(id: number): Promise<WorkflowRun> {
    const known = runs.get(id);
    if (!known) throw new Error(`no such run: ${id}`);
    known.attempt += 1;
    const { number, inputs, store, event, jobs } = known;
    const github = githubContext(options, workflow.file, event, { id, number, attempt: known.attempt });
    const run = await runWorkflow(workflow, {
      ...{ id, github, inputs, store, groups },
      vars: runner.vars,
      secrets: runner.secrets,
      env: { ...machineVariables(options), ...runnerVariables(github) },
      tokenFor: options.tokenFor,
      beforeJob: options.beforeJob,
      before: jobs,
    });
    for (const job of run.jobs) jobs.set(job.name, job);
    return run;
  }

  const runner: WorkflowRunner = {
    vars: {},
    secrets: {},
    schedule: () => start("schedule", {}),
    dispatch: (inputs = {}) => start("workflow_dispatch", { ...defaultInputs(workflow), ...inputs }),
    rerunFailed: ({ id }) => attempt(id),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
  return runner;
}

function defaultInputs({ on }: Workflow): Record<string, unknown> {
  const inputs = Object.entries(on.workflow_dispatch?.inputs ?? {});
  return Object.fromEntries(inputs.map(([name, { type, default: value }]) => [name, value ?? emptyOf(type)]));
}
