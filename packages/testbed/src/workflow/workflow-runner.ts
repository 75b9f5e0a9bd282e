import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Permissions, Workflow } from "./model.ts";
import { readWorkflow } from "./read.ts";
import { runWorkflow, type WorkflowRun } from "./run-workflow.ts";
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
  beforeJob?: ((job: string, artifacts: ReadonlyMap<string, string>) => Promise<void>) | undefined;
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
}

export async function openWorkflowRunner(options: WorkflowRunnerOptions): Promise<WorkflowRunner> {
  const workflow = await readWorkflow(options.file);
  const folder = await mkdtemp(join(tmpdir(), "kiln-runner-"));
  let runs = 0;

  function start(event: string, inputs: Record<string, unknown>): Promise<WorkflowRun> {
    runs += 1;
    const id = 1000 + runs;
    const github = githubContext(options, workflow.file, event, { id, number: runs });
    return runWorkflow(workflow, {
      id,
      github,
      inputs,
      vars: runner.vars,
      secrets: runner.secrets,
      env: { ...machineVariables(options), ...runnerVariables(github) },
      tokenFor: options.tokenFor,
      beforeJob: options.beforeJob,
      store: {
        artifacts: new Map(),
        attestations: new Map(),
        newFolder: () => mkdtemp(join(folder, "f-")),
        checkOut: options.checkOut,
      },
    });
  }

  const runner: WorkflowRunner = {
    vars: {},
    secrets: {},
    schedule: () => start("schedule", {}),
    dispatch: (inputs = {}) => start("workflow_dispatch", { ...defaultInputs(workflow), ...inputs }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
  return runner;
}

function defaultInputs({ on }: Workflow): Record<string, unknown> {
  const inputs = Object.entries(on.workflow_dispatch?.inputs ?? {});
  return Object.fromEntries(
    inputs.map(([name, { type, default: value }]) => [name, value ?? (type === "boolean" ? false : "")]),
  );
}
