import type { JobLog } from "./job-log.ts";
import type { Permissions, StepsJob } from "./model.ts";

/** A job while it runs. */
export interface JobState {
  id: string;
  job: StepsJob;
  permissions: Permissions;
  /** The folder that the repository is checked out to. */
  workspace: string;
  /** The repository as the runner fetched it for actions that `$/` names. */
  actions: string;
  /** The folder of the runner's own files. */
  temp: string;
  /** Variables of every step: the runner's, the workflow's and the job's, and what steps added. */
  env: Record<string, string>;
  /** The contexts of expressions, except `steps` and `env`. */
  contexts: Record<string, unknown>;
  steps: Record<string, StepResult>;
  status: "success" | "failure";
  log: JobLog;
  summaries: string[];
  store: RunStore;
}

export interface StepResult {
  outputs: Record<string, string>;
  /** Before `continue-on-error`. */
  outcome: "success" | "failure" | "skipped";
  conclusion: "success" | "failure" | "skipped";
}

/** What GitHub stores for longer than a job. */
export interface RunStore {
  /** The folder of each artifact of this run, by name. */
  artifacts: Map<string, string>;
  /** What was attested, by file name. */
  attestations: Map<string, string>;
  /** Makes a folder that lives as long as the runner. */
  newFolder: () => Promise<string>;
  /** Checks the repository out into a workspace. */
  checkOut: (workspace: string) => Promise<void>;
}

/** @throws Error if the token of a job lacks a permission */
export function requirePermission(
  { id, permissions }: JobState,
  scope: string,
  level: "read" | "write",
): void {
  const held = permissions[scope] ?? "none";
  if (held === "write" || held === level) return;
  throw new Error(`the job ${id} lacks the permission ${scope}: ${level}`);
}
