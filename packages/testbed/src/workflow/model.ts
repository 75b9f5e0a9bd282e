import { z } from "zod";

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const values = z.record(z.string(), scalar);
const expressions = z.record(z.string(), z.unknown());

/** A step of a job, with expressions that are not yet evaluated. */
const stepSchema = z.strictObject({
  id: z.string().optional(),
  name: z.string().optional(),
  if: z.union([z.string(), z.boolean()]).optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  shell: z.string().optional(),
  with: values.default({}),
  env: values.default({}),
  "continue-on-error": z.union([z.string(), z.boolean()]).optional(),
  "timeout-minutes": z.number().optional(),
  "working-directory": z.string().optional(),
});
export type Step = z.infer<typeof stepSchema>;

const permissionsSchema = z.record(z.string(), z.enum(["read", "write", "none"]));
export type Permissions = z.infer<typeof permissionsSchema>;

const concurrencySchema = z.strictObject({
  group: z.string(),
  "cancel-in-progress": z.union([z.boolean(), z.string()]).optional(),
  queue: z.enum(["single", "max"]).optional(),
});

/** The keys of every job. */
const commonSchema = z.strictObject({
  name: z.string().optional(),
  needs: z.union([z.string().transform((id) => [id]), z.array(z.string())]).default([]),
  if: z.union([z.string(), z.boolean()]).optional(),
  permissions: permissionsSchema.optional(),
  concurrency: concurrencySchema.optional(),
  strategy: z
    .strictObject({
      "fail-fast": z.boolean().optional(),
      "max-parallel": z.number().optional(),
      matrix: z.union([z.string(), expressions]),
    })
    .optional(),
});

const stepsJobSchema = commonSchema.extend({
  "runs-on": z.string(),
  "timeout-minutes": z.number().optional(),
  environment: z.string().optional(),
  outputs: z.record(z.string(), z.string()).default({}),
  env: values.default({}),
  steps: z.array(stepSchema),
});
/** A job with steps of its own. */
export type StepsJob = z.infer<typeof stepsJobSchema>;

const callSchema = commonSchema.extend({
  uses: z.string(),
  with: values.default({}),
  secrets: z.record(z.string(), z.string()).default({}),
});
/** A job that calls a reusable workflow. */
export type Call = z.infer<typeof callSchema>;

export type Job = StepsJob | Call;

export function isCall(job: Job): job is Call {
  return "uses" in job;
}

/** An input of a person who starts a run, or of a caller. */
const inputSchema = z.strictObject({
  description: z.string(),
  type: z.enum(["string", "boolean", "choice", "number"]),
  required: z.boolean().default(false),
  default: scalar.optional(),
  options: z.array(z.string()).optional(),
});
export type Inputs = Record<string, z.infer<typeof inputSchema>>;

const calledSchema = z.strictObject({
  inputs: z.record(z.string(), inputSchema).default({}),
  outputs: z.record(z.string(), z.strictObject({ description: z.string(), value: z.string() })).default({}),
  secrets: z
    .record(z.string(), z.strictObject({ description: z.string(), required: z.boolean().default(false) }))
    .default({}),
});

/** A workflow's file, with only those keys that the project's workflows use. */
export const workflowSchema = z.strictObject({
  name: z.string(),
  "run-name": z.string().optional(),
  on: z.looseObject({
    workflow_dispatch: z.strictObject({ inputs: z.record(z.string(), inputSchema).default({}) }).nullish(),
    workflow_call: calledSchema.nullish(),
  }),
  permissions: permissionsSchema,
  concurrency: concurrencySchema.optional(),
  env: values.default({}),
  // The union of both would report the errors of neither.
  jobs: z.record(
    z.string(),
    z.looseObject({}).transform((job) => ("uses" in job ? callSchema : stepsJobSchema).parse(job)),
  ),
});
export type Workflow = z.infer<typeof workflowSchema>;
