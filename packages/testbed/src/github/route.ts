import type { IncomingMessage } from "node:http";
import type { Answer } from "./answer.ts";
import type { GitHubState, PermissionLevel, PermissionName, RepositoryState, TokenState } from "./state.ts";

/** A request to the API, for a repository that its token may see. */
export interface ApiRequest {
  state: GitHubState;
  repository: RepositoryState;
  /** What stands in the path's braces. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** The JSON that was sent, as the description allows it; undefined where there is none. */
  body: unknown;
  token: TokenState | undefined;
  /** Whether the token may push, and so see drafts. */
  canPush: boolean;
  /** The connection, for a body that is no JSON. */
  incoming: IncomingMessage;
}

/** One operation of the API. */
export interface Route {
  /** As GitHub's description names it: `GET /repos/{owner}/{repo}/releases`. */
  operation: string;
  /** What a token needs; where it is absent, whoever can see the repository may. */
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
