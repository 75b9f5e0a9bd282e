// A separate entry point, because it loads GitHub's parser, which most tests do not need.
export { isCall } from "./model.ts";
export { readAction, readWorkflow, type ReadAction, type ReadWorkflow } from "./read.ts";
export type { JobResult } from "./run-job.ts";
export type { BeforeJob, WorkflowRun } from "./run-workflow.ts";
export { openWorkflowRunner, type WorkflowRunner } from "./workflow-runner.ts";
