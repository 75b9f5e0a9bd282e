import type { WorkflowRunnerOptions } from "./workflow-runner.ts";

/** The `github` context of a run, without its token. */
export function githubContext(
  { repository, apiUrl, serverUrl }: WorkflowRunnerOptions,
  file: string,
  event: string,
  run: { id: number; number: number; attempt: number },
): Record<string, unknown> {
  return {
    repository,
    repository_owner: repository.split("/")[0],
    event_name: event,
    event: {},
    ref: "refs/heads/main",
    ref_name: "main",
    sha: "0".repeat(40),
    workflow_ref: `${repository}/.github/workflows/${file}@refs/heads/main`,
    run_id: String(run.id),
    run_number: String(run.number),
    run_attempt: String(run.attempt),
    api_url: apiUrl,
    server_url: serverUrl,
  };
}

/** The variables that a runner sets for every step from the `github` context. */
export function runnerVariables(github: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts = Object.entries(github).filter(([, value]) => typeof value === "string");
  return {
    ...Object.fromEntries(texts.map(([name, value]) => [`GITHUB_${name.toUpperCase()}`, String(value)])),
    CI: "true",
    GITHUB_ACTIONS: "true",
    RUNNER_OS: "Linux",
    RUNNER_ENVIRONMENT: "github-hosted",
  };
}

/** The variables of this process that a runner's machine also has: the paths of programs, and the proxies. */
const inherited = ["PATH", "http_proxy", "https_proxy", "no_proxy", "NODE_EXTRA_CA_CERTS"];

export function machineVariables({ machine = {} }: WorkflowRunnerOptions): Record<string, string> {
  const here = inherited.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(here), ...machine };
}
