import { runAction, runContext, useToken } from "@sysext-kiln/action";
import { configuredClient, parseRepositoryName } from "@sysext-kiln/github-client";
import { settings } from "@sysext-kiln/machine";
import { keepIssue } from "../issue.ts";
import { keepEnabled } from "../keep-enabled.ts";
import { staleness, troublesOf } from "../troubles.ts";
import { inputs, outputs } from "./context.ts";

await runAction({ inputs, outputs }, async ({ inputs: given, say, setOutput, fail }) => {
  const { results, workflow: file, token, "stale-hours": hours } = given;
  useToken(token);
  const { repository: name, runId } = runContext();
  const repository = parseRepositoryName(name);
  const client = configuredClient(say);
  // What goes wrong here must not keep anybody from hearing of the rest.
  for (const one of given["keep-enabled"])
    await keepEnabled(client, repository, one).then((state) => say(`${one} is ${state}`), fail);

  const troubles = [
    ...(results === undefined ? [] : troublesOf(results)),
    ...(hours === undefined ? [] : await staleness(client, repository, { file, hours })),
  ];
  // Without the results of a run there is nothing that says that all is well.
  if (results === undefined && troubles.length === 0) return;
  const run = `${settings().githubServerUrl}/${name}/actions/runs/${runId}`;
  const issue = await keepIssue(client, repository, { troubles, run, now: new Date() });
  if (issue === undefined) return;
  setOutput("issue", String(issue));
  say(`issue #${issue} tells of it`);
});
