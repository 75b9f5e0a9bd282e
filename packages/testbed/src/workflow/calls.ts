import { evaluate, type Scope } from "./evaluate.ts";
import { type Call, type Inputs, isCall, type Permissions } from "./model.ts";
import type { ReadWorkflow } from "./read.ts";

/** Why GitHub would refuse to start a workflow because of the workflows that it calls. */
export function checkCalls(workflow: ReadWorkflow): string[] {
  return Object.entries(workflow.jobs).flatMap(([id, job]) => {
    const called = workflow.called[id];
    if (!isCall(job) || called === undefined) return [];
    const problems = [
      ...checkGiven(job, called),
      ...exceeding(permissionsWithin(called), job.permissions ?? workflow.permissions).map(
        (permission) => `a job of ${called.file} requests ${permission}, but the call does not allow it`,
      ),
    ];
    return [...problems.map((problem) => `job ${id}: ${problem}`), ...checkCalls(called)];
  });
}

function checkGiven({ with: given, secrets }: Call, { file, on }: ReadWorkflow): string[] {
  const interfaceOf = on.workflow_call;
  if (!interfaceOf) return [`${file} cannot be called`];
  const check = (
    kind: string,
    names: Record<string, unknown>,
    declared: Record<string, { required: boolean }>,
  ) => [
    ...Object.keys(names)
      .filter((name) => !(name in declared))
      .map((name) => `${file} has no ${kind} ${name}`),
    ...Object.entries(declared)
      .filter(([name, { required }]) => required && !(name in names))
      .map(([name]) => `${file} is not given its ${kind} ${name}`),
  ];
  return [...check("input", given, interfaceOf.inputs), ...check("secret", secrets, interfaceOf.secrets)];
}

/** The permissions that the jobs of a workflow request, and those of the workflows that they call. */
export function permissionsWithin({ jobs, permissions }: ReadWorkflow): Permissions {
  const all: Permissions = {};
  for (const job of Object.values(jobs))
    for (const [scope, level] of Object.entries(job.permissions ?? permissions))
      if (all[scope] !== "write" && level !== "none") all[scope] = level;
  return all;
}

/** Those of the requested permissions that are not allowed. */
export function exceeding(requested: Permissions, allowed: Permissions): string[] {
  return Object.entries(requested)
    .filter(([scope, level]) => level !== "none" && allowed[scope] !== "write" && allowed[scope] !== level)
    .map(([scope, level]) => `${scope}: ${level}`);
}

/**
 * The `inputs` context of a called workflow.
 * @throws Error if a value does not have the type of its input, which GitHub refuses
 */
export function calledInputs(call: Call, declared: Inputs, scope: Scope): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(declared).map(([name, { type, default: value }]) => {
      const given = name in call.with ? evaluate(call.with[name], scope) : (value ?? emptyOf(type));
      // An unknown output is null, which is an empty text.
      const typed = given === null ? emptyOf(type) : given;
      if (typeof typed !== type) throw new Error(`${call.uses}: the input ${name} is not a ${type}`);
      return [name, typed];
    }),
  );
}

/** The value of an input that is not given and has no default. */
export function emptyOf(type: Inputs[string]["type"]): string | boolean | number {
  if (type === "boolean") return false;
  return type === "number" ? 0 : "";
}
