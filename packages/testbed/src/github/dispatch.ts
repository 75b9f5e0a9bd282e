import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { type Answer, notFound, Refusal } from "./answer.ts";
import { checkAnswer, checkBody } from "./check.ts";
import type { ReceivedRequest } from "./faults.ts";
import { anonymousToken, refuseExhausted, renew } from "./rate-limit.ts";
import { assetRoutes } from "./resources/assets.ts";
import { issueRoutes } from "./resources/issues.ts";
import { labelRoutes } from "./resources/labels.ts";
import { releaseRoutes } from "./resources/releases.ts";
import { repositoryRoutes } from "./resources/repository.ts";
import { tagRoutes } from "./resources/tags.ts";
import { workflowRoutes } from "./resources/workflows.ts";
import type { ApiRequest, Route } from "./route.ts";
import type { GitHubState, PermissionLevel, PermissionName, RepositoryState, TokenState } from "./state.ts";

/** The operations of GitHub's API that the testbed implements. */
export const routes: Route[] = [
  ...repositoryRoutes,
  ...releaseRoutes,
  ...assetRoutes,
  ...tagRoutes,
  ...issueRoutes,
  ...labelRoutes,
  ...workflowRoutes,
];

const patterns = routes.map((route) => {
  const [method = "", path = ""] = route.operation.split(" ");
  // A reference may contain slashes.
  const source = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    name === "ref" || name === "tag" ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`,
  );
  return { method, pattern: new RegExp(`^${source}$`), route };
});

/** The token of a request: one that GitHub issued, or the anonymous one. */
export function tokenOf(state: GitHubState, { headers }: IncomingMessage): TokenState {
  const secret = /^(?:token|bearer) (?<secret>.+)$/i.exec(headers.authorization ?? "")?.groups?.["secret"];
  const token = state.tokens.get(secret ?? "");
  if (secret !== undefined && !token) throw new Refusal(401, "Bad credentials");
  const found = token ?? anonymousToken();
  renew(found);
  return found;
}

/** Answers a request to the API, or to the host for uploads. */
export async function dispatch(
  state: GitHubState,
  request: ReceivedRequest,
  incoming: IncomingMessage,
  token: TokenState,
): Promise<Answer> {
  refuseExhausted(token);
  const path = byName(state, request.path);
  const found = patterns
    .map(({ method, pattern, route }) => ({ route, match: method === request.method && pattern.exec(path) }))
    .find(({ match }) => match);
  const isUpload =
    found?.route.operation.endsWith("/releases/{release_id}/assets") && request.method === "POST";
  if (!found?.match || isUpload !== (request.part === "uploads")) throw notFound();
  const params = Object.fromEntries(
    Object.entries(found.match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
  );
  const repository = visibleRepository(state, params, token);
  const { operation, needs } = found.route;
  if (needs) requirePermission(token, needs);
  const body = isUpload ? undefined : await jsonOf(incoming);
  checkBody(operation, body);
  const apiRequest: ApiRequest = {
    state,
    repository,
    params,
    query: request.query,
    body,
    token,
    canPush: token.permissions.contents === "write",
    incoming,
  };
  const answer = await found.route.handle(apiRequest);
  if (answer.status !== 302) checkAnswer(operation, answer.status, answer.body);
  return answer;
}

/** Replaces a repository's number in a path, as in links between pages, with its name. */
function byName({ repositories }: GitHubState, path: string): string {
  return path.replace(/^\/repositories\/(\d+)/, (whole, id) => {
    const repository = repositories.find((one) => String(one.id) === id);
    return repository ? `/repos/${repository.owner}/${repository.name}` : whole;
  });
}

function visibleRepository(
  { repositories }: GitHubState,
  { owner = "", repo = "" }: Record<string, string>,
  { permissions }: TokenState,
): RepositoryState {
  const isNamed = (one: RepositoryState) =>
    one.owner.toLowerCase() === owner.toLowerCase() && one.name.toLowerCase() === repo.toLowerCase();
  const repository = repositories.find(isNamed);
  // Without the permission to see it, a private repository looks as if it did not exist.
  if (!repository || (repository.isPrivate && permissions.contents === undefined)) throw notFound();
  return repository;
}

function requirePermission(
  { permissions, login }: TokenState,
  { name, level }: { name: PermissionName; level: PermissionLevel },
): void {
  const has = permissions[name];
  if (has === "write" || (has === "read" && level === "read")) return;
  if (login === "") throw level === "read" ? notFound() : new Refusal(401, "Requires authentication");
  throw new Refusal(403, "Resource not accessible by integration", {
    headers: { "x-accepted-github-permissions": `${name}=${level}` },
  });
}

async function jsonOf(incoming: IncomingMessage): Promise<unknown> {
  const sent = await text(incoming);
  if (sent === "") return undefined;
  try {
    return JSON.parse(sent);
  } catch {
    throw new Refusal(400, "Problems parsing JSON");
  }
}
