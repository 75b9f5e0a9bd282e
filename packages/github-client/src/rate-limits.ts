import { setTimeout as delay } from "node:timers/promises";
import type { Octokit } from "@octokit/rest";
import { errorResponseOf, numberOf, type ErrorResponse } from "./error-response.ts";

export interface RateLimitOptions {
  /** Scales every wait: 1 is what GitHub asks for. */
  waitScale: number;
  /** Called with a line for the log before a wait. */
  say?: ((line: string) => void) | undefined;
  /** Called with the number of requests that GitHub still accepts in this hour, if it says so. */
  onRemaining?: ((requests: number) => void) | undefined;
}

/** The longest time that a job waits for a rate limit, in seconds; otherwise the next run continues. */
export const longestWait = 600;
const mostRetries = 4;
/** How long to wait if GitHub does not say, in seconds (docs.github.com, "Rate limits for the REST API"). */
const defaultWait = 60;

/**
 * Before the plugins: waits as long as GitHub asks after it refused a request because of a rate limit, and
 * sends it again. Until then no other request is sent, as GitHub may block a client that continues. A request
 * that would have to wait longer than `longestWait` fails, also if it was not sent at all.
 */
export function waitForRateLimits(
  octokit: Pick<Octokit, "hook">,
  {
    rateLimits: { waitScale, say, onRemaining } = { waitScale: 1 },
  }: { rateLimits?: RateLimitOptions; baseUrl?: string },
): void {
  let refused: { error: unknown; until: number } | undefined;

  const waitForTurn = async () => {
    for (;;) {
      const wait = (refused?.until ?? 0) - Date.now();
      if (wait <= 0) return;
      if (wait > longestWait * 1000) throw refused?.error;
      await delay(wait);
    }
  };

  octokit.hook.wrap("request", async (request, options) => {
    for (let attempt = 1; ; attempt += 1) {
      await waitForTurn();
      try {
        const response = await request(options);
        const remaining = numberOf(response.headers["x-ratelimit-remaining"]);
        if (remaining !== undefined) onRemaining?.(remaining);
        return response;
      } catch (error) {
        const seconds = requestedWait(errorResponseOf(error));
        if (seconds === undefined) throw error;
        const until = Date.now() + seconds * waitScale * 1000;
        if (until > (refused?.until ?? 0)) refused = { error, until };
        // A refused POST had no effect.
        const callerRepeats = options.request["retries"] === 0 && options.method !== "POST";
        if (callerRepeats || seconds * waitScale > longestWait || attempt > mostRetries) throw error;
        say?.(`waiting ${seconds} s, as GitHub asks`);
      }
    }
  });
}

/** How long to wait after a response, in seconds; undefined unless a rate limit is the reason for it. */
export function requestedWait(response: ErrorResponse | undefined): number | undefined {
  if (response === undefined) return undefined;
  const { status, message, retryAfter } = response;
  const isLimit =
    status === 429 || (status === 403 && (retryAfter !== undefined || /rate limit/i.test(message)));
  return isLimit ? (retryAfter ?? defaultWait) : undefined;
}
