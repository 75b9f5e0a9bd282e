import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { isKilnError, KilnError, reasonsOf } from "@sysext-kiln/error";
import { z } from "zod";
import { longestSilenceMs, statusOf, type PinnedFile } from "./download.ts";
import { keptAnswers, type KeptAnswers } from "./kept-answers.ts";
import { cacheDirectory } from "./settings.ts";

/** A small document on a server. */
export interface RemoteDocument {
  body: Buffer;
  /** The number of the page after this one, where the server gives it in a header as GitLab does. */
  nextPage: string | undefined;
}

export interface DocumentOptions {
  /** In bytes. */
  largest: number;
  /**
   * Keeps the document, so that the next request is only for a newer one. Only for what is verified by
   * something else: whoever can write to the cache can change it.
   */
  keep?: boolean;
  /** Whether a failed request is repeated: by default, and not where something else is tried then. */
  retry?: boolean;
}

const pausesBeforeRetry = [1000, 4000];
/** The longest pause that a server may ask for, in milliseconds. */
const longestPause = 60_000;

/**
 * Reads a document; undefined if the server does not have it. Follows redirects, but not from https to http.
 * @throws KilnError `network-unreachable`, `document-invalid` if it is too large
 */
export async function readRemoteDocument(
  url: string,
  options: DocumentOptions,
): Promise<RemoteDocument | undefined> {
  const work = () => requestDocument(url, options);
  return options.retry === false ? work() : withRetries(work);
}

/** What a server says about a file that it has. */
export interface RemoteHead {
  /** In bytes, if the server gives it. */
  size: number | undefined;
  /** The media type; empty if the server does not give it. */
  type: string;
}

/**
 * Asks a server for a file. It is forbidden if the server answers 403: some do so for files that they do not
 * have, and others for all files.
 * @throws KilnError `network-unreachable`
 */
export async function readRemoteHead(url: string): Promise<RemoteHead | "missing" | "forbidden"> {
  return withRetries(async () => {
    const first = await request(url, { method: "HEAD" });
    // Some servers do not answer HEAD.
    const response = [403, 405, 501].includes(first.status) ? await request(url, {}) : first;
    await response.body?.cancel();
    if (isMissing(response)) return "missing";
    if (response.status === 403) return "forbidden";
    requireSuccess(response, url);
    const length = response.headers.get("content-length");
    return {
      size: length === null || response.headers.has("content-encoding") ? undefined : Number(length),
      type: response.headers.get("content-type") ?? "",
    };
  });
}

const asked = new Map<string, Promise<boolean>>();

/**
 * Whether a file is available: in the cache, or on its server, which is asked once per process.
 * @throws KilnError `network-unreachable`
 */
export function isAvailable({ url, sha256 }: PinnedFile): Promise<boolean> {
  if (existsSync(cacheDirectory("downloads", sha256))) return Promise.resolve(true);
  const answer =
    asked.get(url) ??
    readRemoteHead(url).then((head) => {
      if (head === "forbidden") throw forbidden(url);
      return head !== "missing";
    });
  asked.set(url, answer);
  return answer;
}

/** The error for a file that a server refuses to send, to anybody or to this machine. */
export function forbidden(url: string): KilnError {
  return new KilnError("download-missing", {
    expected: `${url} to be readable`,
    found: statusOf({ status: 403, statusText: "Forbidden" }),
    next: "check the URL, and whether the server requires a login or blocks this machine",
  });
}

async function withRetries<T>(work: () => Promise<T>): Promise<T> {
  for (const pause of pausesBeforeRetry) {
    try {
      return await work();
    } catch (error) {
      if (!isKilnError(error, "network-unreachable")) throw error;
      await delay(error instanceof Unreachable ? (error.retryAfterMs ?? pause) : pause);
    }
  }
  return work();
}

/** Opened by the first request: the cache is not known before. */
let documents: KeptAnswers<z.infer<typeof keptSchema>> | undefined;

async function requestDocument(
  url: string,
  { largest, keep = false }: DocumentOptions,
): Promise<RemoteDocument | undefined> {
  documents ??= keptAnswers(cacheDirectory("documents"), keptSchema);
  const kept = keep ? await documents.read(url) : undefined;
  const headers = {
    ...(kept?.etag !== undefined && { "if-none-match": kept.etag }),
    ...(kept?.modified !== undefined && { "if-modified-since": kept.modified }),
  };
  const response = await request(url, { headers });
  if (response.status === 304 && kept) {
    await response.body?.cancel();
    return { body: Buffer.from(kept.body, "base64"), nextPage: kept.nextPage };
  }
  if (isMissing(response)) {
    await response.body?.cancel();
    return undefined;
  }
  requireSuccess(response, url);
  const body = await bodyOf(response, url, largest);
  const nextPage = response.headers.get("x-next-page") || undefined;
  const etag = response.headers.get("etag") ?? undefined;
  const modified = response.headers.get("last-modified") ?? undefined;
  if (keep && (etag ?? modified) !== undefined) {
    await documents.write({ url, etag, modified, nextPage, body: body.toString("base64") });
  }
  return { body, nextPage };
}

interface Request {
  method?: "HEAD";
  headers?: Readonly<Record<string, string>>;
}

/** Follows redirects itself, because `fetch` shows only where the last one leads. */
async function request(url: string, init: Request): Promise<Response> {
  const headers = { ...init.headers, "user-agent": "sysext-kiln" };
  const signal = AbortSignal.timeout(longestSilenceMs);
  let at = url;
  for (let count = 0; count <= mostRedirects; count += 1) {
    const options = { ...init, headers, signal, redirect: "manual" } as const;
    const response = await fetch(at, options).catch((cause: unknown) => {
      throw new Unreachable(url, reasonsOf(cause), cause);
    });
    const location = redirects.has(response.status) ? response.headers.get("location") : null;
    if (location === null) return response;
    await response.body?.cancel();
    at = redirected(at, location, url);
  }
  throw new Unreachable(url, `more than ${mostRedirects} redirects`, undefined);
}

/** The statuses of redirects that say where to. */
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const mostRedirects = 10;

/** Where a redirect leads: to the web, and from https only to https. */
function redirected(from: string, location: string, url: string): string {
  const to = URL.canParse(location, from) ? new URL(location, from) : undefined;
  if (to?.protocol === "https:" || (to?.protocol === "http:" && !from.startsWith("https:"))) return to.href;
  throw new KilnError("document-invalid", {
    expected: `${url} to be answered over ${from.startsWith("https:") ? "https" : "http or https"}`,
    found: `a redirect to ${location}`,
    next: "use a URL that stays on https: anybody on the way could change the answer",
  });
}

/** Only 404 and 410 mean that something does not exist: an overloaded server has it again later. */
function isMissing({ status }: Response): boolean {
  return status === 404 || status === 410;
}

function requireSuccess(response: Response, url: string): void {
  if (response.ok) return;
  if (response.status === 403) throw forbidden(url);
  const { headers } = response;
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  const pause = seconds * 1000 <= longestPause ? seconds * 1000 : undefined;
  throw new Unreachable(url, statusOf(response), undefined, pause);
}

async function bodyOf({ body }: Response, url: string, largest: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let received = 0;
  try {
    for await (const chunk of body ?? []) {
      received += chunk.length;
      if (received > largest) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new Unreachable(url, reasonsOf(cause), cause);
  }
  if (received <= largest) return Buffer.concat(chunks);
  throw new KilnError("document-invalid", {
    expected: `${url} to have at most ${largest} bytes`,
    found: "more",
    next: "check the URL in extension.yaml",
  });
}

class Unreachable extends KilnError {
  readonly retryAfterMs: number | undefined;

  constructor(url: string, found: string, cause: unknown, retryAfterMs?: number) {
    super("network-unreachable", {
      expected: `${url} to respond`,
      found,
      next: "try again later, or check the URL, the network and the proxy settings (http_proxy, https_proxy)",
      cause,
    });
    this.retryAfterMs = retryAfterMs;
  }
}

/** A document as it is kept. */
const keptSchema = z.object({
  url: z.string(),
  etag: z.string().optional(),
  modified: z.string().optional(),
  nextPage: z.string().optional(),
  body: z.base64(),
});
