import { KilnError } from "@sysext-kiln/error";
import type { GitHubClient, RepositoryName } from "@sysext-kiln/github-client";
import { z } from "zod";

/** Something that is not well: a line for the issue. */
export interface Trouble {
  what: string;
  found: string;
}

const resultsSchema = z.record(z.string(), z.object({ result: z.string() }));

/**
 * The jobs of a run that did not succeed.
 * @param needs the `needs` context, as JSON
 * @throws KilnError `usage`
 */
export function troublesOf(needs: string): Trouble[] {
  return Object.entries(parseResults(needs))
    .filter(([, { result }]) => result !== "success" && result !== "skipped")
    .map(([job, { result }]) => ({ what: `job ${job}`, found: result }));
}

function parseResults(needs: string): z.infer<typeof resultsSchema> {
  try {
    return resultsSchema.parse(JSON.parse(needs));
  } catch (cause) {
    throw new KilnError("usage", {
      expected: "the input results to be the needs context, as JSON",
      found: JSON.stringify(needs.slice(0, 80)),
      next: "pass on toJSON(needs)",
      cause,
    });
  }
}

const workflowSchema = z.object({ created_at: z.iso.datetime({ offset: true }) });
const runsSchema = z.object({
  workflow_runs: z.array(z.object({ created_at: z.iso.datetime({ offset: true }) })),
});

/** Tells when the schedule of a workflow has not had a run that succeeded for so many hours. */
export async function staleness(
  client: GitHubClient,
  repository: RepositoryName,
  { file, hours, now = new Date() }: { file: string; hours: number; now?: Date },
): Promise<Trouble[]> {
  const workflow = { ...repository, workflow_id: file };
  const runs = await client.call(
    client.rest.actions.listWorkflowRuns,
    { ...workflow, event: "schedule", status: "success", per_page: 1 },
    runsSchema,
  );
  const last = runs.workflow_runs[0]?.created_at;
  // One that has never run is given time from the day on that it is there.
  const since =
    last ?? (await client.call(client.rest.actions.getWorkflow, workflow, workflowSchema)).created_at;
  if (now.getTime() - new Date(since).getTime() <= hours * 60 * 60 * 1000) return [];
  const found = last === undefined ? "none since it exists" : `none since ${last}`;
  return [{ what: `a run of ${file} by its schedule that succeeds, at least every ${hours} hours`, found }];
}
