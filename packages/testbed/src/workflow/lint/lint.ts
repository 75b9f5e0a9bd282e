import { join } from "node:path";
import { isMap, isScalar, parseDocument } from "yaml";
import { checkCalls, exceeding, permissionsWithin } from "../calls.ts";
import { isCall, type Job, type Workflow } from "../model.ts";
import { readWorkflow, type ReadWorkflow } from "../read.ts";
import { checkReferences } from "./references.ts";
import { checkUses } from "./uses.ts";

/**
 * Lints a workflow: reports the errors of GitHub's own parser, and what that does not check.
 * @param root the folder of the repository
 * @returns a line for each problem
 */
export async function lintWorkflow(root: string, file: string): Promise<string[]> {
  const path = join(root, ".github/workflows", file);
  const read = await readWorkflow(path).catch((error: unknown) => String(error));
  if (typeof read === "string") return [`${file}: ${read}`];
  const problems = [
    ...checkJobs(read),
    ...checkScripts(read),
    ...checkConditions(read),
    ...checkCalls(read),
    ...(await checkUses(read, root)),
    ...(await checkReferences(read, root)),
  ];
  return problems.map((problem) => `${file}: ${problem}`);
}

/** Every job has a name, a timeout and its own permissions, each with a comment that says why. */
export function checkJobs({ permissions, jobs, text, called }: ReadWorkflow): string[] {
  const forAll = Object.keys(permissions).length > 0 ? ["permissions for all jobs at once"] : [];
  const ofJobs = Object.entries(jobs).flatMap(([id, job]) => [
    ...(job.name === undefined ? [`job ${id} has no name`] : []),
    // A call has none: those of the called jobs count.
    ...(!isCall(job) && job["timeout-minutes"] === undefined ? [`job ${id} has no timeout`] : []),
    ...(job.permissions
      ? withoutComment(text, id).map((scope) => `job ${id}: no comment says why it needs ${scope}`)
      : [`job ${id} has no permissions of its own`]),
    ...unneeded(job, called[id]).map((scope) => `job ${id} allows ${scope}, which no called job requests`),
  ]);
  return [...forAll, ...ofJobs];
}

/** The permissions that a call allows and none of the called jobs requests. */
function unneeded({ permissions = {} }: Job, called: ReadWorkflow | undefined): string[] {
  return called === undefined ? [] : exceeding(permissions, permissionsWithin(called));
}

/**
 * The permissions of a job without a comment on their line. `contents: read` needs none: a checkout is
 * obvious.
 */
function withoutComment(text: string, id: string): string[] {
  const permissions = parseDocument(text).getIn(["jobs", id, "permissions"], true);
  if (!isMap(permissions)) return [];
  return permissions.items.flatMap(({ key, value }) => {
    const permission = `${String(key)}: ${String(value)}`;
    return permission === "contents: read" || (isScalar(value) && value.comment) ? [] : [permission];
  });
}

/** A script gets its values in variables: an expression would be pasted into the shell. */
export function checkScripts({ jobs }: Workflow): string[] {
  return Object.entries(jobs).flatMap(([id, job]) =>
    (isCall(job) ? [] : job.steps).flatMap(({ run }) =>
      run?.includes("${{") ? [`job ${id} has an expression inside of "run"`] : [],
    ),
  );
}

/**
 * A condition must be just an expression. With anything around its `${{ }}`, including the line end of a
 * block scalar, it is a string, and a string is true.
 */
export function checkConditions({ conditions, text }: ReadWorkflow): string[] {
  // In other places it turns a boolean or a list into a string.
  const inBlock = /[:-] [>|][-+]?\n[^\n]*\$\{\{/.test(text) ? ["an expression in a block scalar"] : [];
  const always = Object.entries(conditions).flatMap(([id, { job, steps }]) =>
    [job, ...steps].some((condition) => /^(success\(\) && )?\(?format\(/.test(condition))
      ? [`job ${id} has a condition with text around its expression, which is always true`]
      : [],
  );
  return [...inBlock, ...always];
}
