import { createHash } from "node:crypto";
import { keptAnswers } from "@sysext-kiln/machine";
import { z } from "zod";

const storedSchema = z.object({
  url: z.string(),
  body: z.string(),
  /** Whether another page follows, which GitHub does not repeat for an unchanged page. */
  hasNext: z.boolean(),
});
type Stored = z.infer<typeof storedSchema>;

type Fetch = typeof globalThis.fetch;

/**
 * A `fetch` that keeps GitHub's JSON answers in a folder and requests only what has changed: for an unchanged
 * answer GitHub responds 304, which does not count against the rate limit. The folder may be removed at any
 * time.
 *
 * Nothing in the folder is trusted: it may be restored from a cache that others can write to. The body of a
 * stored answer is used only if GitHub confirms it, as `entityTag` explains. The one thing that is not
 * confirmed, `hasNext`, can at most cost a request for an empty page or hide pages after one that is not
 * full.
 */
export function cachingFetch(folder: string, fetch: Fetch): Fetch {
  const kept = keptAnswers(folder, storedSchema);
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    const url = input instanceof Request ? input.url : input.toString();
    const isCacheable = (init?.method ?? "GET") === "GET" && /json/.test(headers.get("accept") ?? "");
    if (!isCacheable) return fetch(input, init);

    const key = headers.get("accept") ?? "";
    const stored = await kept.read(url, key);
    const conditional = new Headers(headers);
    if (stored) conditional.set("if-none-match", `W/${entityTag(headers, stored.body)}`);
    const response = await fetch(input, { ...init, headers: conditional });
    if (response.status === 304 && stored) return answerOf(stored, response);
    if (response.status !== 200) return response;
    const body = await response.text();
    if (response.headers.get("etag")?.replace(/^W\//, "") === entityTag(headers, body)) {
      const hasNext = /\brel="next"/.test(response.headers.get("link") ?? "");
      await kept.write({ url, body, hasNext }, key);
    }
    return withUrl(new Response(body, response), response.url);
  };
}

/**
 * The ETag that GitHub gives an answer: a SHA-256 over the request's Accept and Authorization and the body
 * (measured in https://github.com/bored-engineer/github-conditional-http-transport). It is computed and not
 * stored, for two reasons. Every job has a new token, so the ETag that the last job received is useless. And
 * because it covers the body, GitHub responds 304 only to the body that it would send: a stored answer that
 * somebody changed is requested again. Answers of a server with other ETags are not kept.
 */
function entityTag(headers: Headers, body: string): string {
  const hash = createHash("sha256");
  for (const name of ["accept", "authorization"]) if (headers.has(name)) hash.update(`${headers.get(name)}:`);
  return `"${hash.update(body).digest("hex")}"`;
}

/** A stored answer, with the current headers, such as those of the rate limit. */
function answerOf({ body, hasNext }: Stored, response: Response): Response {
  const headers = new Headers(response.headers);
  headers.set("content-type", "application/json; charset=utf-8");
  if (hasNext) headers.set("link", '<>; rel="next"');
  return withUrl(new Response(body, { status: 200, headers }), response.url);
}

/** Gives a response its address, which one that a program creates does not have. */
function withUrl(response: Response, url: string): Response {
  return Object.defineProperty(response, "url", { value: url });
}
