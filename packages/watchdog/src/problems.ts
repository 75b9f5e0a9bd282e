import { KilnError } from "@sysext-kiln/error";
import type { GitHubClient, RepositoryName } from "@sysext-kiln/github-client";
import { z } from "zod";

/** Something that needs attention: a row of the table. */
export interface Problem {
  expected: string;
  found: string;
}

const resultsSchema = z.record(
  z.string(),
  z.object({
    result: z.string(),
    outputs: z
      .object({
        /** The names of what failed, separated by spaces. */
        failed: z.string().default(""),
        /** What was found, as JSON. */
        problems: z.string().default(""),
      })
      .default({ failed: "", problems: "" }),
  }),
);

/**
 * The jobs of a run that did not succeed, and what each job says has failed.
 * @param needs the `needs` context, as JSON
 * @throws KilnError `usage`
 */
export function failedJobs(needs: string): Problem[] {
  const jobs = Object.entries(parseResults(needs));
  return [
    ...jobs
      .filter(([, { result }]) => result !== "success" && result !== "skipped")
      .map(([job, { result }]) => ({ expected: `job ${job} to succeed`, found: result })),
    ...jobs.flatMap(([job, { outputs }]) =>
      outputs.failed
        .split(" ")
        .filter((name) => name !== "")
        .map((name) => ({
          expected: `${name} to be ${job === "watch" ? "checked" : "published"}`,
          found: "an error",
        })),
    ),
    ...jobs.flatMap(([, { outputs }]) => problemsIn(outputs.problems)),
  ];
}

const problemsSchema = z.array(z.object({ expected: z.string(), found: z.string() }));

/** The problems that a job has found; none if they cannot be read, as the job has failed anyway. */
function problemsIn(text: string): Problem[] {
  try {
    return problemsSchema.parse(JSON.parse(text));
  } catch {
    return [];
  }
}

function parseResults(needs: string): z.infer<typeof resultsSchema> {
  try {
    return resultsSchema.parse(JSON.parse(needs));
  } catch (cause) {
    throw new KilnError("usage", {
      expected: "the input results to be the needs context, as JSON",
      found: JSON.stringify(needs.slice(0, 80)),
      next: "pass toJSON(needs)",
      cause,
    });
  }
}

const workflowSchema = z.object({ created_at: z.iso.datetime({ offset: true }) });
const runsSchema = z.object({
  workflow_runs: z.array(z.object({ created_at: z.iso.datetime({ offset: true }) })),
});

/**
 * Checks that a workflow's schedule still has successful runs.
 * @param options.file the workflow's file name
 * @param options.hours how old the last successful run may be
 */
export async function overdueRuns(
  client: GitHubClient,
  repository: RepositoryName,
  { file, hours = 24, now = new Date() }: { file: string; hours?: number | undefined; now?: Date },
): Promise<Problem[]> {
  const { actions } = client.rest;
  const workflow = { ...repository, workflow_id: file };
  const newest = { event: "schedule", status: "success", per_page: 1 } as const;
  const runs = await client.call(actions.listWorkflowRuns, { ...workflow, ...newest }, runsSchema);
  const last = runs.workflow_runs[0]?.created_at;
  // A workflow without any run has as long as that from its creation.
  const since = last ?? (await client.call(actions.getWorkflow, workflow, workflowSchema)).created_at;
  if (now.getTime() - new Date(since).getTime() <= hours * 60 * 60 * 1000) return [];
  const found = last === undefined ? "none since the workflow was created" : `none since ${last}`;
  return [{ expected: `a successful scheduled run of ${file} at least every ${hours} hours`, found }];
}
