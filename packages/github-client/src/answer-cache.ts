import { createHash } from "node:crypto";
import { lstat, readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder, replaceFile } from "@sysext-kiln/machine";
import { z } from "zod";

/** How long an answer is kept that is not requested again, in milliseconds. */
const keptMs = 30 * 24 * 60 * 60 * 1000;

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
  let pruned: Promise<void> | undefined;
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    const url = input instanceof Request ? input.url : input.toString();
    const isCacheable = (init?.method ?? "GET") === "GET" && /json/.test(headers.get("accept") ?? "");
    if (!isCacheable) return fetch(input, init);

    pruned ??= prune(folder);
    await pruned;
    const key = createHash("sha256")
      .update(`${headers.get("accept")} ${url}`)
      .digest("hex");
    const path = join(folder, `${key}.json`);
    const stored = await read(path, url);
    const conditional = new Headers(headers);
    if (stored) conditional.set("if-none-match", `W/${entityTag(headers, stored.body)}`);
    const response = await fetch(input, { ...init, headers: conditional });
    if (response.status === 304 && stored) {
      await utimes(path, new Date(), new Date()).catch(() => undefined);
      return answerOf(stored, response);
    }
    if (response.status !== 200) return response;
    const body = await response.text();
    if (response.headers.get("etag")?.replace(/^W\//, "") === entityTag(headers, body)) {
      const hasNext = /\brel="next"/.test(response.headers.get("link") ?? "");
      await write(path, { url, body, hasNext });
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

async function read(path: string, url: string): Promise<Stored | undefined> {
  try {
    // Reading a pipe would never end.
    if (!(await lstat(path)).isFile()) return undefined;
    const stored = storedSchema.parse(JSON.parse(await readFile(path, "utf8")));
    return stored.url === url ? stored : undefined;
  } catch {
    // A missing or damaged file is replaced by the next answer.
    return undefined;
  }
}

/** A cache that cannot be written is no reason to fail: the next run requests whole answers. */
async function write(path: string, stored: Stored): Promise<void> {
  await replaceFile(path, JSON.stringify(stored)).catch(() => undefined);
}

async function prune(folder: string): Promise<void> {
  await makeFolder(folder).catch(() => undefined);
  const names = await readdir(folder).catch(() => []);
  for (const path of names.map((name) => join(folder, name))) {
    const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (age > keptMs) await rm(path, { force: true }).catch(() => undefined);
  }
}
