import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { parse } from "yaml";
import { workflowSchema, type Workflow } from "./model.ts";
import { convertWorkflowTemplate, ErrorPolicy, NoOperationTraceWriter, parseWorkflow } from "./parser.ts";

/** The parser's own errors are told besides what can be converted. */
const convertAll = { errorPolicy: ErrorPolicy.TryConversion };

/** A workflow, and what GitHub's own converter made of its conditions. */
export interface ReadWorkflow extends Workflow {
  file: string;
  text: string;
  /** The conditions with the `success()` that GitHub adds: of each job, and of each of its steps. */
  conditions: Record<string, { job: string; steps: string[] }>;
}

/**
 * Reads a workflow as GitHub does: with its own parser and converter.
 * @throws Error with everything that they object to
 */
export async function readWorkflow(path: string): Promise<ReadWorkflow> {
  const text = await readFile(path, "utf8");
  const file = basename(path);
  const { context, value } = parseWorkflow({ name: file, content: text }, new NoOperationTraceWriter());
  const template = value && (await convertWorkflowTemplate(context, value, undefined, convertAll));
  const errors = context.errors.getErrors().map(({ message }) => message);
  if (errors.length > 0 || !template) throw new Error(errors.join("\n"));

  const conditions = template.jobs.map((job) => {
    const steps = job.type === "job" ? job.steps : [];
    const ofSteps = steps.map((step) => step.if?.expression ?? "success()");
    return [job.id.value, { job: job.if.expression, steps: ofSteps }] as const;
  });
  const workflow = workflowSchema.parse(parse(text));
  return { ...workflow, file, text, conditions: Object.fromEntries(conditions) };
}
