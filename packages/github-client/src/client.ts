import { setTimeout as delay } from "node:timers/promises";
import type { Endpoints, RequestParameters } from "@octokit/types";
import { isKilnError, KilnError } from "@sysext-kiln/error";
import { z } from "zod";
import { explain, type Occasion } from "./explain.ts";
import { longestWait, openOctokit, type OctokitOptions } from "./octokit.ts";
import { refusalOf } from "./refusal.ts";
import { uploadingFetch, type Upload } from "./upload.ts";

export interface GitHubClientOptions extends OctokitOptions {
  /** The job of the workflow that this runs in, for messages. */
  job?: string | undefined;
  /** The environment variable that the token comes from, for messages. */
  tokenVariable?: string;
}

type Route = keyof Endpoints;
type Parameters<R extends Route> = Endpoints[R]["parameters"] & RequestParameters;

/** GitHub's API. Every answer is parsed, and every error is a KilnError that says what to do. */
export interface GitHubClient {
  readonly apiUrl: string;
  /** Makes one request. */
  call<R extends Route, T>(route: R, parameters: Parameters<R>, answer: z.ZodType<T>): Promise<T>;
  /** Makes one request for something that need not be there: undefined for a 404. */
  find<R extends Route, T>(route: R, parameters: Parameters<R>, answer: z.ZodType<T>): Promise<T | undefined>;
  /** Every item of every page. */
  list<R extends Route, T>(route: R, parameters: Parameters<R>, item: z.ZodType<T>): Promise<T[]>;
  /** The bytes that a request is answered with, after redirects. */
  stream<R extends Route>(route: R, parameters: Parameters<R>): Promise<ReadableStream<Uint8Array>>;
  /** Sends a file as a release's asset. It is not repeated by itself. */
  upload<T>(upload: Upload, answer: z.ZodType<T>): Promise<T>;
  /**
   * Makes what must be made once. Where the answer is lost nobody knows whether it was made: so before the next attempt
   * `find` looks for it. For a request that is no POST, `request: { retries: 0 }` leaves the repeating to this.
   */
  once<T>(make: () => Promise<T>, find: () => Promise<T | undefined>): Promise<T>;
  /** Waits before another attempt, longer each time. @param attempt how many there were */
  pause(attempt: number): Promise<void>;
}

/** How often `once` tries. */
const mostAttempts = 4;

export function openGitHubClient({
  job,
  tokenVariable = "GITHUB_TOKEN",
  ...options
}: GitHubClientOptions): GitHubClient {
  const octokit = openOctokit(options);
  const { apiUrl, token, waitScale = 1 } = options;

  async function explained<T>(route: string, parameters: object, work: () => Promise<T>): Promise<T> {
    const { owner, repo } = parameters as { owner?: string; repo?: string };
    const occasion: Occasion = {
      apiUrl,
      route,
      repository: `${owner}/${repo}`,
      job,
      hasToken: token !== undefined,
      tokenVariable,
    };
    try {
      return await work();
    } catch (error) {
      throw explain(error, occasion);
    }
  }

  const client: GitHubClient = {
    apiUrl,

    call: (route, parameters, answer) =>
      explained(route, parameters, async () => {
        const { data } = await octokit.request(route as string, { ...parameters });
        return parse(answer, data, route);
      }),

    async find(route, parameters, answer) {
      try {
        return await client.call(route, parameters, answer);
      } catch (error) {
        if (refusalOf(error)?.status === 404) return undefined;
        throw error;
      }
    },

    list: (route, parameters, item) =>
      explained(route, parameters, async () => {
        const request = {
          method: "GET" as const,
          url: route.slice("GET ".length),
          per_page: 100,
          ...parameters,
        };
        const pages = octokit.paginate.iterator<unknown>(request);
        const items: unknown[] = [];
        for await (const { data } of pages) items.push(...data);
        return parse(z.array(item), items, route);
      }),

    stream: (route, parameters) =>
      explained(route, parameters, async () => {
        const { data } = await octokit.request(route as string, {
          ...parameters,
          headers: { accept: "application/octet-stream", ...parameters.headers },
          request: { ...parameters.request, parseSuccessResponseBody: false },
        });
        return parse(z.instanceof(ReadableStream<Uint8Array>), data, route);
      }),

    upload({ owner, repo, uploadUrl, name, ...file }, answer) {
      const route = "POST /repos/{owner}/{repo}/releases/{release_id}/assets";
      return explained(route, { owner, repo }, async () => {
        const request = { fetch: uploadingFetch(file) };
        const { data } = await octokit.request({ method: "POST", url: uploadUrl, name, request });
        return parse(answer, data, route);
      });
    },

    async once(make, find) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await make();
        } catch (error) {
          const { retryAfter = Infinity } = refusalOf(error) ?? {};
          const isLater = isKilnError(error, "rate-limited") && retryAfter * waitScale <= longestWait;
          const isWorthWhile = isLater || isKilnError(error, "network-unreachable");
          if (!isWorthWhile || attempt === mostAttempts) throw error;
          if (isLater) await delay(retryAfter * 1000 * waitScale);
          else await client.pause(attempt);
          const made = await find();
          if (made !== undefined) return made;
        }
      }
    },

    pause: (attempt) => delay(attempt ** 2 * 1000 * waitScale),
  };
  return client;
}

function parse<T>(schema: z.ZodType<T>, data: unknown, route: string): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new KilnError("document-invalid", {
    expected: `GitHub's answer to ${route} to have the form that its description gives`,
    found: `${issue?.path.join(".") || "the answer"}: ${issue?.message}`,
    next: "report it: GitHub may have changed its API",
    cause: parsed.error,
  });
}
