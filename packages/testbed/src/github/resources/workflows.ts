import { noContent, notFound, ok } from "../answer.ts";
import { page } from "../pagination.ts";
import { route, writesActions, type ApiRequest, type Route } from "../route.ts";
import type { GitHubState, RepositoryState, RunState, WorkflowState } from "../state.ts";
import { apiUrl, nodeId, webUrl } from "./describe.ts";
import { describeRepository } from "./repository-summary.ts";

const readsActions = { name: "actions", level: "read" } as const;

export const workflowRoutes: Route[] = [
  route(
    "GET",
    "/actions/workflows",
    (request) => {
      const { state, repository } = request;
      return page(
        request,
        "/actions/workflows",
        repository.workflows,
        (workflow) => describeWorkflow(state, repository, workflow),
        (workflows) => ({ total_count: repository.workflows.length, workflows }),
      );
    },
    readsActions,
  ),

  route(
    "GET",
    "/actions/workflows/{workflow_id}",
    (request) => ok(describeWorkflow(request.state, request.repository, workflowOf(request))),
    readsActions,
  ),

  route(
    "PUT",
    "/actions/workflows/{workflow_id}/enable",
    (request) => {
      workflowOf(request).state = "active";
      return noContent();
    },
    writesActions,
  ),

  route(
    "PUT",
    "/actions/workflows/{workflow_id}/disable",
    (request) => {
      workflowOf(request).state = "disabled_manually";
      return noContent();
    },
    writesActions,
  ),

  route(
    "GET",
    "/actions/workflows/{workflow_id}/runs",
    (request) => {
      const { state, repository, query } = request;
      const workflow = workflowOf(request);
      const runs = workflow.runs
        .filter(({ event }) => (query.get("event") ?? event) === event)
        .filter(({ branch }) => (query.get("branch") ?? branch) === branch)
        // The parameter may be a status or a conclusion.
        .filter(({ status, conclusion }) =>
          [null, status, conclusion].some((one) => one === query.get("status")),
        )
        .toSorted((left, right) => right.number - left.number);
      return page(
        request,
        `/actions/workflows/${workflow.id}/runs`,
        runs,
        (run) => describeRun(state, repository, workflow, run),
        (list) => ({ total_count: runs.length, workflow_runs: list }),
      );
    },
    readsActions,
  ),
];

/** A workflow by its number or by its file's name. */
function workflowOf({ repository, params }: ApiRequest): WorkflowState {
  const key = params["workflow_id"];
  const workflow = repository.workflows.find(
    ({ id, path }) => String(id) === key || path === `.github/workflows/${key}`,
  );
  if (!workflow) throw notFound();
  return workflow;
}

function describeWorkflow(
  state: GitHubState,
  repository: RepositoryState,
  { id, name, path, state: is }: WorkflowState,
) {
  return {
    id,
    node_id: nodeId("Workflow", id),
    name,
    path,
    state: is,
    created_at: new Date(0).toISOString(),
    updated_at: new Date(0).toISOString(),
    url: `${apiUrl(state, repository)}/actions/workflows/${id}`,
    html_url: `${webUrl(state, repository)}/blob/main/${path}`,
    badge_url: `${webUrl(state, repository)}/workflows/${encodeURIComponent(name)}/badge.svg`,
  };
}

function describeRun(
  state: GitHubState,
  repository: RepositoryState,
  workflow: WorkflowState,
  run: RunState,
) {
  const url = `${apiUrl(state, repository)}/actions/runs/${run.id}`;
  const at = run.createdAt.toISOString();
  return {
    id: run.id,
    node_id: nodeId("WorkflowRun", run.id),
    name: workflow.name,
    display_title: workflow.name,
    path: workflow.path,
    run_number: run.number,
    run_attempt: 1,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: workflow.id,
    head_branch: run.branch,
    head_sha: repository.head ?? "",
    head_commit: null,
    url,
    html_url: `${webUrl(state, repository)}/actions/runs/${run.id}`,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${apiUrl(state, repository)}/check-suites/${run.id}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    workflow_url: `${apiUrl(state, repository)}/actions/workflows/${workflow.id}`,
    pull_requests: [],
    repository: describeRepository(state, repository),
    head_repository: describeRepository(state, repository),
    created_at: at,
    updated_at: at,
    run_started_at: at,
  };
}
