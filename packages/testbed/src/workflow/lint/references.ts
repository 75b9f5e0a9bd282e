import { join } from "node:path";
import { isCall, type Job, type Step, type StepsJob } from "../model.ts";
import { ownActionFolder, readAction, type ReadWorkflow } from "../read.ts";

/** Checks that jobs, outputs, steps, inputs and secrets in expressions exist: for GitHub an unknown name is empty. */
export async function checkReferences(workflow: ReadWorkflow, root: string): Promise<string[]> {
  const problems: string[] = [];
  for (const [id, job] of Object.entries(workflow.jobs)) {
    const { steps, outputs, ...rest } = isCall(job) ? { ...job, steps: [], outputs: {} } : job;
    const wrong = [
      ...expressionsIn(rest).flatMap((text) => checkOutside(text, workflow, job)),
      ...(await checkSteps(steps, outputs, workflow, job, root)),
    ];
    problems.push(...wrong.map((problem) => `job ${id}: ${problem}`));
  }
  return [...new Set([...problems, ...checkOutputs(workflow)])];
}

/** Checks what the outputs of a called workflow take from its jobs. */
function checkOutputs(workflow: ReadWorkflow): string[] {
  return Object.entries(workflow.on.workflow_call?.outputs ?? {}).flatMap(([output, { value }]) =>
    references("jobs", value).flatMap(({ name, output: of }) =>
      of !== undefined && outputsOfJob(workflow, name).includes(of)
        ? []
        : [`output ${output}: job ${name} has no output ${of}`],
    ),
  );
}

/** The outputs of a job, or of the workflow that it calls. */
function outputsOfJob({ jobs, called }: ReadWorkflow, id: string): string[] {
  const job = jobs[id];
  if (job === undefined) return [];
  return Object.keys((isCall(job) ? called[id]?.on.workflow_call?.outputs : job.outputs) ?? {});
}

async function checkSteps(
  steps: readonly Step[],
  jobOutputs: StepsJob["outputs"],
  workflow: ReadWorkflow,
  job: Job,
  root: string,
): Promise<string[]> {
  const problems: string[] = [];
  /** The outputs of the previous steps, by id; undefined if they are unknown. */
  const known = new Map<string, readonly string[] | undefined>();
  for (const step of [...steps, jobOutputs]) {
    for (const text of expressionsIn(step)) {
      problems.push(...checkOutside(text, workflow, job));
      for (const { name, output } of references("steps", text)) {
        const outputs = known.get(name);
        if (!known.has(name)) problems.push(`no step ${name} before this one`);
        else if (output !== undefined && outputs && !outputs.includes(output))
          problems.push(`step ${name} has no output ${output}`);
      }
    }
    if (step !== jobOutputs && isStep(step) && step.id !== undefined)
      known.set(step.id, await outputsOf(step, root));
  }
  return problems;
}

function isStep(step: Step | StepsJob["outputs"]): step is Step {
  return typeof step["with"] === "object";
}

async function outputsOf({ uses }: Step, root: string): Promise<string[] | undefined> {
  const own = ownActionFolder(uses);
  if (own === undefined) return undefined;
  return readAction(join(root, own)).then(
    ({ outputs }) => Object.keys(outputs),
    () => undefined,
  );
}

/** Checks what an expression takes from other jobs, and from the person or the workflow that started these. */
function checkOutside(text: string, workflow: ReadWorkflow, { needs }: Job): string[] {
  const { workflow_dispatch: dispatch, workflow_call: call } = workflow.on;
  const inputs = { ...dispatch?.inputs, ...call?.inputs };
  return [
    ...references("needs", text).flatMap(({ name, output }) => {
      if (!needs.includes(name)) return [`it does not need ${name}`];
      return output === undefined || outputsOfJob(workflow, name).includes(output)
        ? []
        : [`job ${name} has no output ${output}`];
    }),
    ...references("inputs", text).flatMap(({ name }) =>
      name in inputs ? [] : [`there is no input ${name}`],
    ),
    // What starts a run has all secrets of the repository; a caller passes those that are declared.
    ...references("secrets", text).flatMap(({ name }) =>
      !call || dispatch || name in call.secrets ? [] : [`there is no secret ${name}`],
    ),
  ];
}

function references(context: string, text: string): { name: string; output: string | undefined }[] {
  const pattern = new RegExp(`\\b${context}\\.(?<name>[\\w-]+)(?:\\.outputs\\.(?<output>[\\w-]+))?`, "g");
  return [...text.matchAll(pattern)].map(({ groups }) => ({
    name: groups?.["name"] ?? "",
    output: groups?.["output"],
  }));
}

/** Every text below a value that is evaluated: conditions, and texts that contain an expression. */
function expressionsIn(value: unknown, key = ""): string[] {
  if (typeof value === "string") return key === "if" || value.includes("${{") ? [value] : [];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([name, inner]) => expressionsIn(inner, name));
}
