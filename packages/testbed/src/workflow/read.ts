import { readFile } from "node:fs/promises";
import { registerHooks } from "node:module";
import { basename, dirname, join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { isCall, type Workflow, workflowSchema } from "./model.ts";

// The parser imports its schemas as JSON without an import attribute, which Node refuses.
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const isSchema = specifier.endsWith(".json") && context.parentURL?.includes("/@actions/workflow-parser/");
    return isSchema ? { ...resolved, importAttributes: { type: "json" } } : resolved;
  },
});

const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } =
  await import("@actions/workflow-parser");
const { ErrorPolicy } = await import("@actions/workflow-parser/model/convert");
const { convertActionTemplate, parseAction } = await import("@actions/workflow-parser/actions/index");

/** Everything that can be converted is, and the parser's errors are reported in addition. */
const convertAll = { errorPolicy: ErrorPolicy.TryConversion };

/** A workflow, with its conditions as GitHub's own converter completes them. */
export interface ReadWorkflow extends Workflow {
  file: string;
  text: string;
  /** The conditions with the `success()` that GitHub adds: of each job, and of each of its steps. */
  conditions: Record<string, { job: string; steps: string[] }>;
  /** The workflows that its jobs call. */
  called: Record<string, ReadWorkflow>;
}

/**
 * Reads a workflow, and those that it calls, with GitHub's own parser and converter.
 * @throws Error with all their errors
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
  const called: Record<string, ReadWorkflow> = {};
  for (const [id, job] of Object.entries(workflow.jobs))
    if (isCall(job)) called[id] = await readWorkflow(calledPath(path, job.uses));
  return { ...workflow, file, text, conditions: Object.fromEntries(conditions), called };
}

/** The file of a workflow of the same repository; `./` and `$/` both name it at the commit of the caller. */
function calledPath(caller: string, uses: string): string {
  const name = /^[.$]\/\.github\/workflows\/(?<name>[^/]+)$/.exec(uses)?.groups?.["name"];
  if (name === undefined) throw new Error(`${uses} is not a workflow of this repository`);
  return join(dirname(caller), name);
}

const actionSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  author: z.string().optional(),
  inputs: z
    .record(
      z.string(),
      z.strictObject({
        description: z.string(),
        required: z.boolean().default(false),
        default: z.string().optional(),
      }),
    )
    .default({}),
  outputs: z.record(z.string(), z.strictObject({ description: z.string() })).default({}),
  runs: z.strictObject({ using: z.literal("node24"), main: z.string() }),
});

/**
 * The folder of an action of the workflow's own repository, relative to the repository's root; undefined for
 * a third-party action. `./` names it in the job's workspace, `$/` in the repository at the commit that runs.
 */
export function ownActionFolder(uses: string | undefined): string | undefined {
  return /^[.$]\/(?<folder>.+)$/.exec(uses ?? "")?.groups?.["folder"];
}

/** An action of this repository, as its `action.yml` describes it. */
export type ReadAction = z.infer<typeof actionSchema>;

/**
 * Reads an action's `action.yml` as GitHub does.
 * @throws Error with all errors of GitHub's parser
 */
export async function readAction(folder: string): Promise<ReadAction> {
  const text = await readFile(join(folder, "action.yml"), "utf8");
  const { context, value } = parseAction({ name: "action.yml", content: text }, new NoOperationTraceWriter());
  if (value) convertActionTemplate(context, value);
  const errors = context.errors.getErrors().map(({ message }) => message);
  if (errors.length > 0) throw new Error(`${folder}: ${errors.join("\n")}`);
  return actionSchema.parse(parse(text));
}
