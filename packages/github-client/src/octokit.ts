import { Octokit } from "@octokit/core";
import { paginateRest } from "@octokit/plugin-paginate-rest";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import type { EndpointDefaults } from "@octokit/types";
import Bottleneck from "bottleneck/light.js";
import { cachingFetch } from "./answer-cache.ts";

export interface OctokitOptions {
  /** Where the API is: `https://api.github.com`, or a GitHub Enterprise's. */
  apiUrl: string;
  /** Without it, only what is public can be read, 60 times an hour. */
  token?: string | undefined;
  /** Where answers are kept between two runs; without it, nowhere. */
  cacheFolder?: string | undefined;
  /** Scales every wait: 1 is what GitHub asks for, 0 is for a test or for a server without limits. */
  waitScale?: number | undefined;
  /** Told when there is something to wait for. */
  say?: ((line: string) => void) | undefined;
}

/** Longer than this, in seconds, a job does not wait for GitHub: the run after it goes on where it stopped. */
export const longestWait = 600;
const mostRetries = 4;
/** How long an answer may take, in milliseconds; what is a stream has no such limit. */
const longestAnswerMs = 60_000;

const Kit = Octokit.plugin(paginateRest, retry, throttling);
export type Kit = InstanceType<typeof Kit>;

/**
 * Octokit, with what GitHub asks of programs (docs.github.com, "Best practices for using the REST API"): writes begin a
 * second apart, and those that notify people three; `retry-after` is honoured; what failed on its way is repeated, save
 * for a POST, which may have been done.
 */
export function openOctokit({ apiUrl, token, cacheFolder, waitScale = 1, say }: OctokitOptions): Kit {
  const pace = (minTime: number) => new Bottleneck.Group({ minTime: minTime * waitScale, maxConcurrent: 1 });
  const onLimit = (retryAfter: number, options: EndpointDefaults, _: object, retryCount: number) => {
    const looksFirst = options.request?.["retries"] === 0 && options.method !== "POST";
    const isWorthWhile = !looksFirst && retryAfter * waitScale <= longestWait && retryCount < mostRetries;
    if (isWorthWhile) say?.(`GitHub asks to wait for ${retryAfter} s`);
    return isWorthWhile;
  };
  const kit = new Kit({
    baseUrl: apiUrl,
    userAgent: "sysext-kiln",
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    ...(token !== undefined && { auth: token }),
    request: { fetch: cacheFolder === undefined ? timedFetch : cachingFetch(cacheFolder, timedFetch) },
    retry: {
      retryAfterBaseValue: 1000 * waitScale,
      doNotRetry: [400, 401, 403, 404, 409, 410, 422, 429, 451],
    },
    throttle: {
      write: pace(1000),
      notifications: pace(3000),
      retryAfterBaseValue: 1000 * waitScale,
      onRateLimit: onLimit,
      onSecondaryRateLimit: onLimit,
    },
  });
  kit.hook.before("request", (options) => {
    // A copy: Octokit hands the same object to every request, and the plugins count their attempts in it.
    options.request = { ...options.request, ...(options.method === "POST" && { retries: 0 }) };
  });
  return kit;
}

function ignore(): void {
  // Octokit's own log says nothing that an error does not.
}

const timedFetch: typeof globalThis.fetch = (input, init) => {
  const isJson = /json/.test(new Headers(init?.headers).get("accept") ?? "");
  const isStream = init?.body instanceof ReadableStream;
  if (!isJson || isStream) return fetch(input, init);
  const limit = AbortSignal.timeout(longestAnswerMs);
  return fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, limit]) : limit });
};
