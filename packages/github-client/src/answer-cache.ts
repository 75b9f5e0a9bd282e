import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** For how long an answer is kept that nobody asks for again. */
const keptMs = 30 * 24 * 60 * 60 * 1000;

const storedSchema = z.object({
  url: z.string(),
  etag: z.string(),
  /** The links to other pages, which GitHub does not repeat for an unchanged one. */
  link: z.string().nullable(),
  body: z.string(),
});
type Stored = z.infer<typeof storedSchema>;

type Fetch = typeof globalThis.fetch;

/**
 * A `fetch` that keeps GitHub's JSON answers in a folder, and asks only for what is not the same any more: an unchanged
 * answer is a 304, which does not count against the rate limit. The folder may be removed at any time.
 */
export function cachingFetch(folder: string, fetch: Fetch): Fetch {
  let pruned: Promise<void> | undefined;
  return async (input, init) => {
    const request = new Headers(init?.headers);
    const url = input instanceof Request ? input.url : input.toString();
    const isCacheable = (init?.method ?? "GET") === "GET" && /json/.test(request.get("accept") ?? "");
    if (!isCacheable) return fetch(input, init);

    pruned ??= prune(folder);
    await pruned;
    const path = join(
      folder,
      `${createHash("sha256")
        .update(`${request.get("accept")} ${url}`)
        .digest("hex")}.json`,
    );
    const stored = await read(path, url);
    if (stored) request.set("if-none-match", tagFor(stored, request));
    const response = await fetch(input, { ...init, headers: request });
    if (response.status === 304 && stored) {
      await utimes(path, new Date(), new Date()).catch(() => undefined);
      return answerOf(stored, response);
    }
    const etag = response.headers.get("etag");
    if (response.status !== 200 || etag === null) return response;
    const body = await response.text();
    await write(path, { url, etag, link: response.headers.get("link"), body });
    return new Response(body, response);
  };
}

/**
 * The ETag that GitHub has for an answer that is still the same. It is a SHA-256 over the request's Accept and
 * Authorization and the body (measured in https://github.com/bored-engineer/github-conditional-http-transport), so that
 * a job with a new token, as every job has one, must not send the one that it got with the last token. Both are sent:
 * another server's ETag is the same for everybody.
 */
function tagFor({ etag, body }: Stored, headers: Headers): string {
  const hash = createHash("sha256");
  for (const name of ["accept", "authorization"]) if (headers.has(name)) hash.update(`${headers.get(name)}:`);
  const expected = `W/"${hash.update(body).digest("hex")}"`;
  return expected === etag ? etag : `${expected}, ${etag}`;
}

/** What was stored, with what the server says of the present, such as the rate limit. */
function answerOf({ body, link }: Stored, response: Response): Response {
  const headers = new Headers(response.headers);
  headers.set("content-type", "application/json; charset=utf-8");
  if (link !== null) headers.set("link", link);
  const answer = new Response(body, { status: 200, headers });
  // A response that a program makes has no address by itself.
  Object.defineProperty(answer, "url", { value: response.url });
  return answer;
}

async function read(path: string, url: string): Promise<Stored | undefined> {
  try {
    const stored = storedSchema.parse(JSON.parse(await readFile(path, "utf8")));
    return stored.url === url ? stored : undefined;
  } catch {
    // Whatever is wrong with it, a whole answer mends it.
    return undefined;
  }
}

/** A cache that can't be written is no reason to fail: the next run asks for whole answers. */
async function write(path: string, stored: Stored): Promise<void> {
  const unfinished = `${path}.${randomUUID()}`;
  try {
    await writeFile(unfinished, JSON.stringify(stored));
    await rename(unfinished, path);
  } catch {
    await rm(unfinished, { force: true }).catch(() => undefined);
  }
}

async function prune(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch(() => undefined);
  const names = await readdir(folder).catch(() => []);
  for (const path of names.map((name) => join(folder, name))) {
    const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (age > keptMs) await rm(path, { force: true }).catch(() => undefined);
  }
}
