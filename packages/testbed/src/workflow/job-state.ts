import type { JobLog } from "./job-log.ts";
import type { Job, Permissions } from "./model.ts";
import type { RunStore } from "./run-store.ts";

/** A job while it runs. */
export interface JobState {
  id: string;
  job: Job;
  permissions: Permissions;
  /** The folder that the repository is checked out to. */
  workspace: string;
  /** The repository as the runner fetched it for actions that `$/` names. */
  actions: string;
  /** Where the runner's own files are. */
  temp: string;
  /** Variables of every step: the runner's, the workflow's and the job's, and what steps added. */
  env: Record<string, string>;
  /** Contexts of expressions, `steps` and `env` aside. */
  contexts: Record<string, unknown>;
  steps: Record<string, StepResult>;
  status: "success" | "failure";
  log: JobLog;
  summaries: string[];
  store: RunStore;
  /** What is done after the last step. */
  afterwards: (() => Promise<void>)[];
}

export interface StepResult {
  outputs: Record<string, string>;
  /** Before `continue-on-error`. */
  outcome: "success" | "failure" | "skipped";
  conclusion: "success" | "failure" | "skipped";
}
