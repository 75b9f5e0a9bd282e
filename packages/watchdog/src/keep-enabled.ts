import type { GitHubClient, RepositoryName } from "@sysext-kiln/github-client";
import { z } from "zod";

const workflowSchema = z.object({ state: z.string() });

/**
 * Keeps GitHub from disabling a schedule, which it does after 60 days without a commit: enabling the workflow
 * restarts that period. A workflow that a person has disabled stays disabled.
 * @param file the workflow's file name
 * @returns the state that it was in
 */
export async function keepEnabled(
  client: GitHubClient,
  repository: RepositoryName,
  file: string,
): Promise<string> {
  const { actions } = client.rest;
  const workflow = { ...repository, workflow_id: file };
  const { state } = await client.call(actions.getWorkflow, workflow, workflowSchema);
  if (state !== "disabled_manually") await client.call(actions.enableWorkflow, workflow, z.unknown());
  return state;
}
