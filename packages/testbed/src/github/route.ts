import type { IncomingMessage } from "node:http";
import type { Answer } from "./answer.ts";
import type { GitHubState, PermissionLevel, PermissionName, RepositoryState, TokenState } from "./state.ts";

/** A request to the API, for a repository that its token may see. */
export interface ApiRequest {
  state: GitHubState;
  repository: RepositoryState;
  /** The values of the parameters in the path. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** The JSON that was sent, valid by GitHub's description; undefined if there is none. */
  body: unknown;
  token: TokenState | undefined;
  /** Whether the token may push, and so see drafts. */
  canPush: boolean;
  /** The connection, for a body that is not JSON. */
  incoming: IncomingMessage;
}

/** One operation of the API. */
export interface Route {
  /** As GitHub's description names it: `GET /repos/{owner}/{repo}/releases`. */
  operation: string;
  /** The permission that a token needs; without it, being able to see the repository is enough. */
  needs?: { name: PermissionName; level: PermissionLevel };
  handle(request: ApiRequest): Answer | Promise<Answer>;
}

/** A repository's operation below its path. */
export function route(method: string, path: string, handle: Route["handle"], needs?: Route["needs"]): Route {
  return { operation: `${method} /repos/{owner}/{repo}${path}`, handle, ...(needs && { needs }) };
}

export const writesContents = { name: "contents", level: "write" } as const;
export const writesIssues = { name: "issues", level: "write" } as const;
export const writesActions = { name: "actions", level: "write" } as const;
