import { Refusal } from "./answer.ts";
import type { TokenState } from "./state.ts";

const hour = 60 * 60 * 1000;

/** What GitHub allows without a token: 60 requests per hour and address. */
export function anonymousToken(): TokenState {
  return { permissions: {}, login: "", limit: 60, used: 0, resetsAt: Date.now() + hour };
}

/** Starts a new hour if the last one is over. */
export function renew(token: TokenState): void {
  if (Date.now() < token.resetsAt) return;
  token.used = 0;
  token.resetsAt = Date.now() + hour;
}

/** @throws Refusal if the primary rate limit is reached */
export function refuseExhausted(token: TokenState): void {
  if (token.used < token.limit) return;
  throw new Refusal(403, "API rate limit exceeded for installation ID 1.", {
    headers: rateLimitHeaders(token),
  });
}

/** The headers about the limit in GitHub's answers (docs.github.com, "Rate limits for the REST API"). */
export function rateLimitHeaders({ limit, used, resetsAt }: TokenState): Record<string, string> {
  return {
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(Math.max(limit - used, 0)),
    "x-ratelimit-used": String(used),
    "x-ratelimit-reset": String(Math.ceil(resetsAt / 1000)),
    "x-ratelimit-resource": "core",
  };
}

/** The answer to a client that creates too much content in a short time. @param retryAfter in seconds */
export function secondaryLimit(retryAfter: number, status: 403 | 429 = 403): Refusal {
  return new Refusal(
    status,
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
    { headers: { "retry-after": String(retryAfter) } },
  );
}
