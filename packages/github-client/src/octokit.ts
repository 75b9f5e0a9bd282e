import { retry } from "@octokit/plugin-retry";
import { throttling, type ThrottlingOptions } from "@octokit/plugin-throttling";
import { Octokit } from "@octokit/rest";
import { isKilnError } from "@sysext-kiln/error";
import { cachingFetch } from "./answer-cache.ts";
import { guardedFetch } from "./guarded-fetch.ts";
import { waitForRateLimits } from "./rate-limits.ts";

export interface OctokitOptions {
  /** The URL of the API: `https://api.github.com`, or an Enterprise Server's. */
  apiUrl: string;
  /** Without a token only public data can be read, 60 times an hour. */
  token?: string | undefined;
  /** The folder that keeps answers between runs; undefined keeps none. */
  cacheFolder?: string | undefined;
  /** Scales every wait: 1 is what GitHub asks for, 0 is for tests and for servers without rate limits. */
  waitScale?: number | undefined;
  /** Called with a line for the log before a long wait. */
  say?: ((line: string) => void) | undefined;
  /** Called with the number of requests that GitHub still accepts in this hour, if it says so. */
  onRemaining?: ((requests: number) => void) | undefined;
}

/** Before the retry plugin: ends a request for a reason that `fetch` found and no other attempt changes. */
function failAtOnce(octokit: Pick<Octokit, "hook">): void {
  octokit.hook.error("request", (error) => {
    throw isKilnError(error.cause) ? error.cause : error;
  });
}

const KilnOctokit = Octokit.plugin(failAtOnce, waitForRateLimits, retry, throttling);
export type KilnOctokit = InstanceType<typeof KilnOctokit>;

/**
 * Octokit with the plugins that implement GitHub's "Best practices for using the REST API": writes start a
 * second apart, and those that send notifications three; failed requests are repeated, except a POST, which
 * GitHub may have fulfilled.
 */
export function openOctokit({
  apiUrl,
  token,
  cacheFolder,
  waitScale = 1,
  say,
  onRemaining,
}: OctokitOptions): KilnOctokit {
  const fetch = guardedFetch(apiUrl);
  const octokit = new KilnOctokit({
    baseUrl: apiUrl,
    userAgent: "sysext-kiln",
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    ...(token !== undefined && { auth: token }),
    request: { fetch: cacheFolder === undefined ? fetch : cachingFetch(cacheFolder, fetch) },
    retry: {
      retryAfterBaseValue: 1000 * waitScale,
      doNotRetry: [400, 401, 403, 404, 409, 410, 422, 429, 451],
    },
    rateLimits: { waitScale, say, onRemaining },
    throttle: {
      // Clients of different servers take turns independently.
      id: apiUrl,
      onRateLimit: leaveToUs,
      onSecondaryRateLimit: leaveToUs,
      ...(waitScale < 1 && { write: withoutTurns, notifications: withoutTurns }),
    },
  });
  octokit.hook.before("request", (options) => {
    // A copy: Octokit passes the same object to every request, and the plugins count their attempts in it.
    options.request = { ...options.request, ...(options.method === "POST" && { retries: 0 }) };
  });
  return octokit;
}

function ignore(): void {
  // Octokit logs nothing that its errors do not say.
}

/** The plugin does not know every kind of limit, and lets other requests continue. */
const leaveToUs = () => false;

/** Replaces the plugin's queues of writes where waits are scaled down: every request starts immediately. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the plugin needs no more of bottleneck
const withoutTurns = {
  key: () => ({ schedule: (_: object, start: () => Promise<void>) => start() }),
} as unknown as NonNullable<ThrottlingOptions["write"]>;
