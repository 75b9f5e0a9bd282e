import { hash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listen } from "./listen.ts";

/** What a path of a web server answers. */
export interface WebPage {
  content: string | Buffer;
  /** The media type; that of any file by default. */
  type?: string;
  /** Further headers. */
  headers?: Readonly<Record<string, string>>;
}

/** A plain web server on a loopback address, with entity tags. */
export interface WebServer extends AsyncDisposable {
  /** Without a slash at the end. */
  origin: string;
  /** What it has, by path and query; a string or a buffer is a file. */
  pages: Map<string, WebPage | string | Buffer>;
  /** Where paths redirect to. */
  redirects: Map<string, string>;
  /** Answers the next requests for a path with these statuses first. */
  fail(path: string, ...statuses: readonly number[]): void;
  /** Every request, in order. */
  requests: readonly { method: string; path: string; status: number }[];
}

export async function startWebServer(): Promise<WebServer> {
  const pages: WebServer["pages"] = new Map();
  const redirects: WebServer["redirects"] = new Map();
  const failures = new Map<string, number[]>();
  const requests: { method: string; path: string; status: number }[] = [];

  function answer({ method = "", url: path = "", headers }: IncomingMessage, outgoing: ServerResponse) {
    const respond = (status: number, more: Readonly<Record<string, string | number>>, body?: Buffer) => {
      requests.push({ method, path, status });
      outgoing.writeHead(status, more);
      outgoing.end(method === "HEAD" ? undefined : body);
    };
    const failure = failures.get(path)?.shift();
    if (failure !== undefined) return respond(failure, { "retry-after": "0" });
    const location = redirects.get(path);
    if (location !== undefined) return respond(302, { location });
    const page = pages.get(path);
    if (page === undefined) return respond(404, {});
    const isFile = typeof page === "string" || Buffer.isBuffer(page);
    const { content, type, headers: own }: WebPage = isFile ? { content: page } : page;
    const body = Buffer.from(content);
    const etag = `"${hash("sha256", body)}"`;
    if (headers["if-none-match"] === etag) return respond(304, { etag });
    return respond(
      200,
      {
        etag,
        "content-type": type ?? "application/octet-stream",
        "content-length": body.length,
        ...own,
      },
      body,
    );
  }

  const server = createServer(answer);
  const origin = `http://127.0.0.1:${await listen(server)}`;
  return {
    ...{ origin, pages, redirects, requests },
    fail: (path, ...statuses) => failures.set(path, [...statuses]),
    [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      return Promise.resolve();
    },
  };
}
