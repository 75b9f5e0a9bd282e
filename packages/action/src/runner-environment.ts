import { KilnError } from "@sysext-kiln/error";
import { z } from "zod";

const environment = z.object({
  GITHUB_REPOSITORY: z.string().min(1),
  GITHUB_RUN_ID: z.stringFormat("number", /^[1-9]\d*$/),
  GITHUB_RUN_NUMBER: z.stringFormat("number", /^[1-9]\d*$/).transform(Number),
  GITHUB_SHA: z.string().optional(),
});

/** What GitHub's runner tells an action about the run that it belongs to. */
export interface RunnerEnvironment {
  /** `OWNER/REPO`. */
  repository: string;
  runId: string;
  /** Counts up by one with each run of a workflow. */
  runNumber: number;
  /** The commit that it runs for. */
  sha: string | undefined;
}

/**
 * Reads what the runner has set.
 * @throws KilnError `usage` where there is no runner
 */
export function runnerEnvironment(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): RunnerEnvironment {
  const parsed = environment.safeParse(variables);
  if (parsed.success) {
    const { GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: runId, GITHUB_SHA: sha } = parsed.data;
    return { repository, runId, runNumber: parsed.data.GITHUB_RUN_NUMBER, sha };
  }
  const name = String(parsed.error.issues[0]?.path[0]);
  throw new KilnError("usage", {
    expected: `the variable ${name}, as GitHub's runner sets it`,
    found: JSON.stringify(variables[name] ?? null),
    next: "run this action in a job on GitHub; on your own machine ./kiln does the same",
  });
}
