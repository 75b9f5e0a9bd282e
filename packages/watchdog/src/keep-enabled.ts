import type { GitHubClient, RepositoryName } from "@sysext-kiln/github-client";
import { z } from "zod";

const workflowSchema = z.object({ state: z.string() });

/**
 * Keeps GitHub from switching a schedule off, which it does after 60 days without a commit: to enable a workflow begins
 * them anew. One that a person has switched off stays off.
 * @param file the workflow's file name
 * @returns the state that it was found in
 */
export async function keepEnabled(
  client: GitHubClient,
  repository: RepositoryName,
  file: string,
): Promise<string> {
  const workflow = { ...repository, workflow_id: file };
  const { state } = await client.call(client.rest.actions.getWorkflow, workflow, workflowSchema);
  if (state !== "disabled_manually")
    await client.call(client.rest.actions.enableWorkflow, workflow, z.unknown());
  return state;
}
