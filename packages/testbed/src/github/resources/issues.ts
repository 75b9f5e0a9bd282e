import { z } from "zod";
import { created, invalid, notFound, ok, type Answer } from "../answer.ts";
import { page } from "../pagination.ts";
import { route, writesIssues, type ApiRequest, type Route } from "../route.ts";
import type { CommentState, IssueState } from "../state.ts";
import { apiUrl, describeUser, nodeId, webUrl, type Schemas } from "./describe.ts";
import { describeLabel, labelNamed } from "./labels.ts";

const issueSchema = z.object({
  title: z.string().optional(),
  body: z.string().optional(),
  state: z.enum(["open", "closed"]).optional(),
  labels: z
    .array(z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]))
    .optional(),
});
const commentSchema = z.object({ body: z.string() });

export const issueRoutes: Route[] = [
  route("GET", "/issues", (request) => {
    const { repository, query } = request;
    const state = query.get("state") ?? "open";
    const labels = (query.get("labels") ?? "").split(",").filter((name) => name !== "");
    const creator = query.get("creator");
    const found = repository.issues
      .filter((issue) => state === "all" || issue.state === state)
      .filter((issue) => labels.every((name) => issue.labels.includes(name)))
      .filter(({ author }) => creator === null || author === creator)
      .toSorted((left, right) => right.number - left.number);
    return page(request, "/issues", found, (issue) => describeIssue(request, issue));
  }),

  route(
    "POST",
    "/issues",
    (request) => {
      const { state, repository, token } = request;
      const { title = "", body, labels = [] } = issueSchema.parse(request.body);
      if (title === "") throw invalid({ resource: "Issue", code: "missing_field", field: "title" });
      const issue: IssueState = {
        id: state.nextId(),
        number: repository.issues.length + 1,
        title,
        body: body ?? null,
        state: "open",
        labels,
        author: token?.login ?? "",
        createdAt: new Date(),
        closedAt: undefined,
        comments: [],
      };
      for (const name of issue.labels) labelNamed(request, name);
      repository.issues.push(issue);
      return created(describeIssue(request, issue));
    },
    writesIssues,
  ),

  route("GET", "/issues/{issue_number}", (request) => ok(describeIssue(request, issueOf(request)))),

  route(
    "PATCH",
    "/issues/{issue_number}",
    (request) => {
      const issue = issueOf(request);
      const { title, body, state, labels } = issueSchema.parse(request.body);
      issue.title = title ?? issue.title;
      issue.body = body ?? issue.body;
      issue.labels = labels ?? issue.labels;
      for (const name of issue.labels) labelNamed(request, name);
      if (state === "closed" && issue.state === "open") issue.closedAt = new Date();
      if (state === "open") issue.closedAt = undefined;
      issue.state = state ?? issue.state;
      return ok(describeIssue(request, issue));
    },
    writesIssues,
  ),

  route("GET", "/issues/{issue_number}/comments", (request) => {
    const issue = issueOf(request);
    return page(request, `/issues/${issue.number}/comments`, issue.comments, (comment) =>
      describeComment(request, issue, comment),
    );
  }),

  route(
    "POST",
    "/issues/{issue_number}/comments",
    (request): Answer => {
      const issue = issueOf(request);
      const { body } = commentSchema.parse(request.body);
      const comment: CommentState = {
        id: request.state.nextId(),
        body,
        author: request.token?.login ?? "",
        createdAt: new Date(),
      };
      issue.comments.push(comment);
      return created(describeComment(request, issue, comment));
    },
    writesIssues,
  ),
];

function issueOf({ repository, params }: ApiRequest): IssueState {
  const issue = repository.issues.find(({ number }) => String(number) === params["issue_number"]);
  if (!issue) throw notFound();
  return issue;
}

function describeIssue(request: ApiRequest, issue: IssueState): Schemas["issue"] {
  const { state, repository } = request;
  const url = `${apiUrl(state, repository)}/issues/${issue.number}`;
  return {
    id: issue.id,
    node_id: nodeId("Issue", issue.id),
    url,
    repository_url: apiUrl(state, repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: `${webUrl(state, repository)}/issues/${issue.number}`,
    number: issue.number,
    state: issue.state,
    state_reason: issue.state === "closed" ? "completed" : null,
    title: issue.title,
    body: issue.body,
    user: describeUser(state, issue.author),
    labels: issue.labels.map((name) => describeLabel(state, repository, labelNamed(request, name))),
    assignee: null,
    assignees: [],
    milestone: null,
    locked: false,
    active_lock_reason: null,
    comments: issue.comments.length,
    closed_at: issue.closedAt?.toISOString() ?? null,
    created_at: issue.createdAt.toISOString(),
    updated_at: issue.createdAt.toISOString(),
    author_association: "NONE",
  };
}

function describeComment(
  request: ApiRequest,
  issue: IssueState,
  comment: CommentState,
): Schemas["issue-comment"] {
  const { state, repository } = request;
  return {
    id: comment.id,
    node_id: nodeId("IssueComment", comment.id),
    url: `${apiUrl(state, repository)}/issues/comments/${comment.id}`,
    html_url: `${webUrl(state, repository)}/issues/${issue.number}#issuecomment-${comment.id}`,
    issue_url: `${apiUrl(state, repository)}/issues/${issue.number}`,
    body: comment.body,
    user: describeUser(state, comment.author),
    created_at: comment.createdAt.toISOString(),
    updated_at: comment.createdAt.toISOString(),
    author_association: "NONE",
  };
}
