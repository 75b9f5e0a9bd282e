import { createHash } from "node:crypto";
import { lstat, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { isKilnError, KilnError, reasonsOf } from "@sysext-kiln/error";
import { z } from "zod";
import { longestSilenceMs } from "./download.ts";
import { replaceFile } from "./files.ts";
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

/**
 * What a server says about a file; undefined if it does not have it.
 * @returns its size in bytes, and its media type, if the server gives them
 * @throws KilnError `network-unreachable`
 */
export async function readRemoteHead(
  url: string,
): Promise<{ size: number | undefined; type: string } | undefined> {
  return withRetries(async () => {
    const first = await request(url, { method: "HEAD" });
    // Some servers do not answer HEAD.
    const response = [403, 405, 501].includes(first.status) ? await request(url, {}) : first;
    await response.body?.cancel();
    if (isMissing(response)) return undefined;
    requireSuccess(response, url);
    const length = response.headers.get("content-length");
    return {
      size: length === null || response.headers.has("content-encoding") ? undefined : Number(length),
      type: response.headers.get("content-type") ?? "",
    };
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

async function requestDocument(
  url: string,
  { largest, keep = false }: DocumentOptions,
): Promise<RemoteDocument | undefined> {
  const path = cacheDirectory("documents", `${createHash("sha256").update(url).digest("hex")}.json`);
  const kept = keep ? await readKept(path, url) : undefined;
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
    const stored: Kept = { url, etag, modified, nextPage, body: body.toString("base64") };
    // A cache that cannot be written is no reason to fail: the next run requests the whole document.
    await replaceFile(path, JSON.stringify(stored)).catch(() => undefined);
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
  const { status, statusText, headers } = response;
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  const pause = seconds * 1000 <= longestPause ? seconds * 1000 : undefined;
  throw new Unreachable(url, `status ${status} ${statusText}`.trim(), undefined, pause);
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

const keptSchema = z.object({
  url: z.string(),
  etag: z.string().optional(),
  modified: z.string().optional(),
  nextPage: z.string().optional(),
  body: z.base64(),
});
type Kept = z.infer<typeof keptSchema>;

async function readKept(path: string, url: string): Promise<Kept | undefined> {
  try {
    // Reading a pipe would never end.
    if (!(await lstat(path)).isFile()) return undefined;
    const kept = keptSchema.parse(JSON.parse(await readFile(path, "utf8")));
    return kept.url === url ? kept : undefined;
  } catch {
    // A missing or damaged file is replaced by the next document.
    return undefined;
  }
}
