import { join } from "node:path";
import type { Job, Step } from "../model.ts";
import { ownActionFolder, readAction, type ReadWorkflow } from "../read.ts";

/** Checks that jobs, outputs, steps and inputs in expressions exist: for GitHub an unknown name is empty. */
export async function checkReferences(workflow: ReadWorkflow, root: string): Promise<string[]> {
  const problems: string[] = [];
  for (const [id, job] of Object.entries(workflow.jobs)) {
    const { steps, outputs, ...rest } = job;
    const wrong = [
      ...expressionsIn(rest).flatMap((text) => checkOutside(text, workflow, job)),
      ...(await checkSteps(steps, outputs, workflow, job, root)),
    ];
    problems.push(...wrong.map((problem) => `job ${id}: ${problem}`));
  }
  return [...new Set(problems)];
}

async function checkSteps(
  steps: readonly Step[],
  jobOutputs: Job["outputs"],
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

function isStep(step: Step | Job["outputs"]): step is Step {
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

/** Checks what an expression takes from other jobs, and from the person who started the run. */
function checkOutside(text: string, { jobs, on }: ReadWorkflow, { needs }: Job): string[] {
  const inputs = on.workflow_dispatch?.inputs ?? {};
  return [
    ...references("needs", text).flatMap(({ name, output }) => {
      if (!needs.includes(name)) return [`it does not need ${name}`];
      return output === undefined || output in (jobs[name]?.outputs ?? {})
        ? []
        : [`job ${name} has no output ${output}`];
    }),
    ...references("inputs", text).flatMap(({ name }) =>
      name in inputs ? [] : [`there is no input ${name}`],
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
