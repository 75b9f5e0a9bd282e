import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { isKilnError, KilnError } from "@sysext-kiln/error";
import { z } from "zod";
import { errorResponseOf } from "./error-response.ts";
import { explain, explainedBody } from "./explain.ts";
import { guardedFetch, limited } from "./guarded-fetch.ts";
import { openOctokit, type KilnOctokit, type OctokitOptions } from "./octokit.ts";
import { longestWait, requestedWait } from "./rate-limits.ts";
import { uploadingFetch, type Upload } from "./upload.ts";

export interface GitHubClientOptions extends Omit<OctokitOptions, "onRemaining"> {
  /** The workflow job that this runs in, for messages. */
  job?: string | undefined;
  /** The environment variable that the token comes from, for messages. */
  tokenVariable?: string;
}

/** What every endpoint method takes, besides parameters of its own. */
type RequestParameters = Readonly<Record<string, unknown>>;

/** One of Octokit's endpoint methods, such as `rest.repos.getRelease`. @typeParam P its parameters */
interface Endpoint<P extends RequestParameters> {
  (parameters?: P): Promise<{ data: unknown; headers: { link?: string | undefined } }>;
  endpoint: (parameters: RequestParameters) => { method: string; url: string };
}

export interface StreamLimits {
  /** In bytes. A body with more is an error. */
  largest: number;
  signal?: AbortSignal | undefined;
}

/** GitHub's REST API. A schema parses every answer, and every error is a KilnError that says what to do. */
export interface GitHubClient {
  apiUrl: string;
  /** Octokit's endpoint methods, for the functions below. */
  rest: KilnOctokit["rest"];
  /** Sends one request. */
  call<P extends RequestParameters, T>(
    endpoint: Endpoint<P>,
    parameters: NoInfer<P>,
    answer: z.ZodType<T>,
  ): Promise<T>;
  /** Sends one request for something that may not exist: undefined for a 404. */
  find<P extends RequestParameters, T>(
    endpoint: Endpoint<P>,
    parameters: NoInfer<P>,
    answer: z.ZodType<T>,
  ): Promise<T | undefined>;
  /** Reads every item of every page. */
  list<P extends RequestParameters, T>(
    endpoint: Endpoint<P>,
    parameters: NoInfer<P>,
    item: z.ZodType<T>,
  ): Promise<T[]>;
  /** The body of an answer as bytes, after redirects. */
  stream<P extends RequestParameters>(
    endpoint: Endpoint<P>,
    parameters: NoInfer<P>,
    limits: StreamLimits,
  ): Promise<Readable>;
  /** Uploads a file as an asset of a release. The request is not repeated after a failure. */
  upload<T>(upload: Upload, answer: z.ZodType<T>): Promise<T>;
  /**
   * Creates something exactly once. If the answer is lost, nobody knows whether it was created, so `find`
   * looks for it before each further attempt. For a request other than a POST, `request: { retries: 0 }`
   * leaves the repeating to this.
   */
  once<T>(create: () => Promise<T>, find: () => Promise<T | undefined>): Promise<T>;
  /** How many requests GitHub still accepts in this hour, by its last answer; undefined if it does not say. */
  remaining(): number | undefined;
  /** Waits before another attempt, longer each time. @param attempt how many attempts there were */
  pause(attempt: number): Promise<void>;
}

/** How often `once` tries. */
const mostAttempts = 4;
const pageSize = 100;
/** How many pages a list has at most: GitHub lists no more than 10,000 releases. */
const mostPages = 100;

export function openGitHubClient({
  job,
  tokenVariable = "GITHUB_TOKEN",
  ...options
}: GitHubClientOptions): GitHubClient {
  let remaining: number | undefined;
  const octokit = openOctokit({ ...options, onRemaining: (requests) => (remaining = requests) });
  const { apiUrl, token, waitScale = 1 } = options;

  /** Explains the errors of a request. @param send gets the request's name for messages */
  async function explained<P extends RequestParameters, T>(
    { endpoint }: Endpoint<P>,
    parameters: P,
    send: (request: string) => Promise<T>,
  ): Promise<T> {
    const { owner, repo } = parameters as { owner?: string; repo?: string };
    const { method, url } = endpoint(parameters);
    const request = `${method} ${new URL(url).pathname.replace(new URL(apiUrl).pathname, "/").replace("//", "/")}`;
    try {
      return await send(request);
    } catch (error) {
      const hasToken = token !== undefined;
      throw explain(error, { apiUrl, request, repository: `${owner}/${repo}`, job, hasToken, tokenVariable });
    }
  }

  const client: GitHubClient = {
    apiUrl,
    rest: octokit.rest,

    call: (endpoint, parameters, answer) =>
      explained(endpoint, parameters, async (request) => {
        const { data } = await endpoint(parameters);
        return parse(answer, data, request);
      }),

    async find(endpoint, parameters, answer) {
      try {
        return await client.call(endpoint, parameters, answer);
      } catch (error) {
        if (errorResponseOf(error)?.status === 404) return undefined;
        throw error;
      }
    },

    list: (endpoint, parameters, item) =>
      explained(endpoint, parameters, async (request) => {
        const items: z.output<typeof item>[] = [];
        // Pages are counted: the address of the next one in an answer could be any.
        for (let page = 1; page <= mostPages; page += 1) {
          const { data, headers } = await endpoint({ per_page: pageSize, ...parameters, page });
          const found = parse(z.array(item), data, request);
          items.push(...found);
          const isLast = found.length < pageSize && !/\brel="next"/.test(headers.link ?? "");
          if (isLast || found.length === 0) return items;
        }
        throw new KilnError("document-invalid", {
          expected: `the answers to ${request} to end after ${mostPages} pages`,
          found: `${items.length} items and no end`,
          next: `check that ${apiUrl} is GitHub's API; if the problem persists, report it with this message`,
        });
      }),

    stream: (endpoint, parameters, { largest, signal }) =>
      explained(endpoint, parameters, async (request) => {
        const { data } = await endpoint({
          ...parameters,
          headers: { accept: "application/octet-stream" },
          request: { parseSuccessResponseBody: false, ...(signal && { signal }) },
        });
        const body = parse(z.instanceof(ReadableStream<Uint8Array>), data, request);
        const chunks = limited(body, largest, `the answer to ${request}`);
        return Readable.from(explainedBody(chunks, { apiUrl, request }), { objectMode: false });
      }),

    upload({ uploadUrl, path, size, onBytes, ...asset }, answer) {
      const fetch = uploadingFetch({ path, size, onBytes }, guardedFetch(apiUrl));
      // The body is not `data`, but the file that `fetch` opens.
      const parameters = { ...asset, url: uploadUrl, data: "", request: { fetch } };
      return client.call(octokit.rest.repos.uploadReleaseAsset, parameters, answer);
    },

    async once(create, find) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await create();
        } catch (error) {
          const seconds = requestedWait(errorResponseOf(error));
          const isLater = seconds !== undefined && seconds * waitScale <= longestWait;
          const isWorthRepeating = isLater || isKilnError(error, "network-unreachable");
          if (!isWorthRepeating || attempt === mostAttempts) throw error;
          // The next request waits by itself after a rate limit.
          if (!isLater) await client.pause(attempt);
          const created = await find();
          if (created !== undefined) return created;
        }
      }
    },

    remaining: () => remaining,

    pause: (attempt) => delay(attempt ** 2 * 1000 * waitScale),
  };
  return client;
}

function parse<T>(schema: z.ZodType<T>, data: unknown, request: string): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new KilnError("document-invalid", {
    expected: `GitHub's answer to ${request} to match the documentation of its API`,
    found: `${issue?.path.join(".") || "the answer"}: ${issue?.message}`,
    next: "report it: GitHub may have changed its API",
    cause: parsed.error,
  });
}
