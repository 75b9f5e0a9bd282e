/** By itself, as it brings GitHub's parser, which other tests need not load. */
export { readAction, type ReadAction } from "./read-action.ts";
export { readWorkflow, type ReadWorkflow } from "./read-workflow.ts";
export type { JobResult } from "./run-job.ts";
export type { WorkflowRun } from "./run-workflow.ts";
export { openWorkflowRunner, type WorkflowRunner } from "./workflow-runner.ts";
