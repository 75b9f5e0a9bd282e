import { runAction, runContext, useToken } from "@sysext-kiln/action";
import { loadSettings } from "@sysext-kiln/extension";
import { configuredClient, parseRepositoryName } from "@sysext-kiln/github-client";
import { settings } from "@sysext-kiln/machine";
import { updateIssue } from "../issue.ts";
import { keepEnabled } from "../keep-enabled.ts";
import { failedJobs, overdueRuns } from "../problems.ts";
import { inputs, outputs } from "./context.ts";

await runAction({ inputs, outputs }, async ({ inputs: given, say, setOutput, fail }) => {
  const { results, subject, workflow: file, token } = given;
  useToken(token);
  const { repository: name, runId } = runContext();
  const repository = parseRepositoryName(name);
  const client = configuredClient(say);
  // A failure here must not keep the problems below from being reported.
  for (const one of given["keep-enabled"])
    await keepEnabled(client, repository, one).then((state) => say(`${one} is ${state}`), fail);

  /** After an invalid setting, the rest is still checked. */
  const staleHours = () =>
    loadSettings(given.extensions).then(
      (repositorySettings) => repositorySettings.staleHours,
      (error: unknown) => (fail(error), undefined),
    );
  const problems =
    results === undefined
      ? await overdueRuns(client, repository, { file, hours: await staleHours() })
      : failedJobs(results);
  // Only the results of a run can show that the problems of an open issue are gone.
  if (results === undefined && problems.length === 0) return;
  const run = `${settings().githubServerUrl}/${name}/actions/runs/${runId}`;
  const issue = await updateIssue(client, repository, { subject, problems, run, now: new Date() });
  if (issue === undefined) return;
  setOutput("issue", String(issue));
  say(`issue #${issue} reports the problems`);
});
