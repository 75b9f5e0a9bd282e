import { once } from "node:events";
import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { KilnError, oneLine, systemCode } from "@sysext-kiln/error";

/**
 * Responds to a GET or HEAD request. An error before the first byte becomes a status; a later one closes the
 * connection.
 * @param path the request's, decoded, one entry per segment
 */
export type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  path: readonly string[],
) => Promise<void>;

/** Limits for a client; times are in milliseconds. */
const limits = {
  maxHeaderSize: 8192,
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
};
const longestSilenceMs = 60_000;
const maxConnections = 1000;
/** Pipelined requests on a connection are all started, and each of them has a file open. */
const maxRequestsPerConnection = 100;

/**
 * Serves HTTP until the process ends, and prints a line for each response.
 * @param port 0 chooses a free one
 * @returns the address that it listens on, which a name or an abbreviation stands for, and the port
 * @throws KilnError `usage` if this machine cannot listen there
 */
export async function listen(
  host: string,
  port: number,
  handler: Handler,
): Promise<{ address: string; port: number }> {
  const server = createServer(limits, (request, response) => {
    response.on("close", () => log(request, response));
    void respond(request, response, handler);
  });
  server.timeout = longestSilenceMs;
  server.maxConnections = maxConnections;
  server.maxRequestsPerSocket = maxRequestsPerConnection;
  refuseTunnels(server);
  server.listen(port, host);
  await once(server, "listening").catch((cause: unknown) => {
    throw new KilnError("usage", {
      expected: `port ${port} of ${host} to be available`,
      found: cause instanceof Error ? cause.message : String(cause),
      next: "choose another address with --host, or another port with --port; port 0 means a free one",
      cause,
    });
  });
  const bound = server.address();
  if (typeof bound !== "object" || bound === null) throw new Error("a server that listens has an address");
  return bound;
}

/** Responds with a status, whose name is the body. */
export function sendStatus(response: ServerResponse, status: number): void {
  if (status === 304) return void response.writeHead(status).end();
  const body = `${status} ${STATUS_CODES[status]}\n`;
  response
    .writeHead(status, { "content-type": "text/plain", "content-length": Buffer.byteLength(body) })
    .end(body);
}

async function respond(request: IncomingMessage, response: ServerResponse, handler: Handler): Promise<void> {
  try {
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      return sendStatus(response, 405);
    }
    const path = parsePath(request.url ?? "");
    if (path === undefined) sendStatus(response, 400);
    else await handler(request, response, path);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else sendStatus(response, statuses[systemCode(error) ?? ""] ?? 500);
  }
}

/** The statuses for errors of the operating system. */
const statuses: Readonly<Record<string, number>> = {
  EACCES: 403,
  EPERM: 403,
  EMFILE: 503,
  ENFILE: 503,
  ENOMEM: 503,
};

/**
 * The segments of a request's target, which may also be an absolute URL (RFC 9112, section 3.2.2). Each
 * segment is decoded separately and once. An encoded slash or a second encoding is thus part of a name, and
 * no asset has such a name.
 */
function parsePath(target: string): string[] | undefined {
  const path = /^(?:https?:\/\/[^/?#]*)?\/(?<path>[^?#]*)/i.exec(target)?.groups?.["path"];
  try {
    return path?.split("/").map((segment) => decodeURIComponent(segment));
  } catch {
    return undefined;
  }
}

/** CONNECT does not reach the handler: without this, Node closes the connection without a response. */
function refuseTunnels(server: Server): void {
  server.on("connect", (_, socket) => {
    socket.on("error", () => undefined);
    socket.end("HTTP/1.1 405 Method Not Allowed\r\nallow: GET, HEAD\r\nconnection: close\r\n\r\n", () =>
      socket.destroy(),
    );
  });
}

function log({ method = "", url = "" }: IncomingMessage, response: ServerResponse): void {
  const outcome = response.writableFinished ? response.statusCode : `${response.statusCode} (cut off)`;
  process.stdout.write(`${oneLine(`${method} ${url}`)} ${outcome}\n`);
}
