import { join } from "node:path";
import { readWorkflow } from "../read-workflow.ts";
import { checkConditions } from "./conditions.ts";
import { checkJobs } from "./jobs.ts";
import { checkReferences } from "./references.ts";
import { checkScripts } from "./scripts.ts";
import { checkUses } from "./uses.ts";

/**
 * What is wrong with a workflow: what GitHub's own parser objects to, and what it does not look at.
 * @param root the folder of the repository
 * @returns a line for each mistake
 */
export async function lintWorkflow(root: string, file: string): Promise<string[]> {
  const path = join(root, ".github/workflows", file);
  const read = await readWorkflow(path).catch((error: unknown) => String(error));
  if (typeof read === "string") return [`${file}: ${read}`];
  const problems = [
    ...checkJobs(read),
    ...checkScripts(read),
    ...checkConditions(read),
    ...(await checkUses(read, root)),
    ...(await checkReferences(read, root)),
  ];
  return problems.map((problem) => `${file}: ${problem}`);
}
