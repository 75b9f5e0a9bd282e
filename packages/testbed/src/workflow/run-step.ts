import { join } from "node:path";
import { evaluate, evaluateText, evaluateTexts, isTrue, type Scope } from "./evaluate.ts";
import type { JobState } from "./job-state.ts";
import type { Step } from "./model.ts";
import { ownActionFolder, readAction } from "./read.ts";
import { type Ended, runProcess } from "./run-process.ts";
import { thirdPartyActions } from "./third-party-actions.ts";

/** Runs a step of a job, or skips it. */
export async function runStep(job: JobState, step: Step, condition: string): Promise<void> {
  const scope = scopeOf(job);
  const title = step.name ?? step.uses ?? "run";
  if (!isTrue(condition, scope)) {
    note(job, step, { outcome: "skipped", conclusion: "skipped", outputs: {} });
    return;
  }
  job.log.write(`==> ${evaluateText(title, scope)}`);
  const { succeeded, outputs } = await perform(job, step, scope);
  const outcome = succeeded ? "success" : "failure";
  const mayFail = evaluate(step["continue-on-error"] ?? false, scope) === true;
  const conclusion = mayFail ? "success" : outcome;
  note(job, step, { outcome, conclusion, outputs });
  if (conclusion === "failure") job.status = "failure";
}

/** What the expressions of a step can use. */
export function scopeOf(job: JobState): Scope {
  return {
    contexts: { ...job.contexts, steps: job.steps, env: job.env },
    status: job.status,
    workspace: job.workspace,
  };
}

function note(job: JobState, { id }: Step, result: JobState["steps"][string]): void {
  if (id !== undefined) job.steps[id] = result;
}

async function perform(job: JobState, step: Step, scope: Scope): Promise<Ended> {
  const env = evaluateTexts(step.env, scope);
  const stepScope = { ...scope, contexts: { ...scope.contexts, env: { ...job.env, ...env } } };
  if (step.run !== undefined) {
    const script = evaluateText(step.run, stepScope);
    return runProcess(job, "bash", ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script], env);
  }
  if (step.uses === undefined) throw new Error("a step runs something or uses an action");
  const given = evaluateTexts(step.with, stepScope);
  const own = ownActionFolder(step.uses);
  if (own !== undefined) {
    const root = step.uses.startsWith("$/") ? job.actions : job.workspace;
    return runOwnAction(job, join(root, own), step.uses, given, env, stepScope);
  }
  const action = thirdPartyActions[step.uses.replace(/@.*/, "")];
  if (!action) throw new Error(`the testbed does not know what ${step.uses} does`);
  try {
    return { succeeded: true, outputs: await action(given, job) };
  } catch (error) {
    job.log.write(`::error::${error instanceof Error ? error.message : String(error)}`);
    return { succeeded: false, outputs: {} };
  }
}

/** Starts an action of this repository from its bundle. */
async function runOwnAction(
  job: JobState,
  folder: string,
  uses: string,
  given: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  scope: Scope,
): Promise<Ended> {
  const { inputs, outputs: described, runs } = await readAction(folder);
  const unknown = Object.keys(given).filter((name) => !(name in inputs));
  if (unknown.length > 0) throw new Error(`${uses} has no input ${unknown.join(", ")}`);
  const values = Object.entries(inputs).map(([name, { default: fallback, required }]) => {
    const value = given[name] ?? evaluateText(fallback ?? "", scope);
    if (required && value === "") throw new Error(`${uses} is not given its input ${name}`);
    return [`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`, value];
  });
  const ended = await runProcess(job, process.execPath, [join(folder, runs.main)], {
    ...Object.fromEntries(values),
    ...env,
  });
  const undescribed = Object.keys(ended.outputs).filter((name) => !(name in described));
  if (undescribed.length > 0)
    throw new Error(`${uses} sets ${undescribed.join(", ")}, which action.yml lacks`);
  return ended;
}
