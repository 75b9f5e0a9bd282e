import { join } from "node:path";
import { thirdPartyActions } from "../third-party-actions.ts";
import { isCall, type Step } from "../model.ts";
import { ownActionFolder, readAction, type ReadWorkflow } from "../read.ts";

/**
 * Third-party actions are pinned to a commit. Our own are named with `$/` and get only their own inputs; so are
 * called workflows.
 */
export async function checkUses(workflow: ReadWorkflow, root: string): Promise<string[]> {
  const problems: string[] = [];
  for (const [id, job] of Object.entries(workflow.jobs)) {
    if (isCall(job)) {
      // GitHub would look for ./ in the repository of whoever calls this workflow.
      if (!job.uses.startsWith("$/")) problems.push(`job ${id}: ${job.uses}: use $/ instead of ./`);
      continue;
    }
    for (const step of job.steps) {
      if (step.uses === undefined) continue;
      const own = ownActionFolder(step.uses);
      const found =
        own === undefined
          ? checkThirdParty(step, step.uses, workflow.text)
          : await checkOwn(step, join(root, own));
      problems.push(...found.map((problem) => `job ${id}: ${problem}`));
    }
  }
  return problems;
}

async function checkOwn(step: Step, folder: string): Promise<string[]> {
  const action = await readAction(folder).catch((error: unknown) => String(error));
  if (typeof action === "string") return [action];
  const { inputs } = action;
  const unknown = Object.keys(step.with).filter((name) => !(name in inputs));
  const missing = Object.keys(inputs).filter((name) => inputs[name]?.required && !(name in step.with));
  return [
    ...(step.uses?.startsWith("$/") ? [] : [`${step.uses} depends on the workspace: use $/ instead of ./`]),
    ...unknown.map((name) => `${step.uses} has no input ${name}`),
    ...missing.map((name) => `${step.uses} is not given its input ${name}`),
  ];
}

function checkThirdParty({ with: given }: Step, uses: string, text: string): string[] {
  const name = uses.replace(/@.*/, "");
  const lines = text.split("\n").filter((line) => line.includes(uses));
  const isPinned = /@[0-9a-f]{40}$/.test(uses) && lines.every((line) => / # v\d+\.\d+\.\d+$/.test(line));
  // Every job can write to the cache, whatever its permissions, and restoring it extracts an archive with
  // absolute paths.
  const restoresCache = /^actions\/cache(\/|$)/.test(name) || "cache" in given;
  const keepsToken = name === "actions/checkout" && String(given["persist-credentials"]) !== "false";
  return [
    ...(isPinned ? [] : [`${uses} is not pinned to a commit, with its version in a comment`]),
    ...(restoresCache ? [`${name} restores files that any job can have put anywhere`] : []),
    ...(name in thirdPartyActions ? [] : [`the testbed does not implement ${name}`]),
    ...(keepsToken ? [`${name} leaves the token behind`] : []),
  ];
}
