import { context } from "@actions/github";
import { KilnError } from "@sysext-kiln/error";
import { z } from "zod";

const contextSchema = z.object({
  repo: z.object({ owner: z.string().min(1), repo: z.string().min(1) }),
  runId: z.int().positive(),
  runNumber: z.int().positive(),
  sha: z.string().optional(),
});

/** The workflow run that an action belongs to. */
export interface RunContext {
  /** `OWNER/REPO`. */
  repository: string;
  runId: number;
  /** Increases by one with each run of a workflow. */
  runNumber: number;
  /** The commit that triggered the run. */
  sha: string | undefined;
}

/**
 * Reads what GitHub's runner provides.
 * @throws KilnError `usage` if there is no runner
 */
export function runContext(): RunContext {
  try {
    const { repo, runId, runNumber, sha } = contextSchema.parse(context);
    return { repository: `${repo.owner}/${repo.repo}`, runId, runNumber, sha };
  } catch (cause) {
    const names = ["GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_RUN_NUMBER"];
    throw new KilnError("usage", {
      expected: `${names.join(", ")} in the environment, as GitHub's runner sets them`,
      found: names.map((name) => `${name}=${process.env[name] ?? ""}`).join(" "),
      next: "run this action in a job on GitHub; on your own machine ./kiln does the same",
      cause,
    });
  }
}
