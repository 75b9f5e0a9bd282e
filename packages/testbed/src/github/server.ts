import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Refusal, type Answer } from "./answer.ts";
import { entityTag, isUnchanged } from "./conditional.ts";
import { dispatch, tokenOf } from "./dispatch.ts";
import { failAfter, failBefore, specifiedAnswer, type Faults, type ReceivedRequest } from "./faults.ts";
import { listen } from "../listen.ts";
import { rateLimitHeaders } from "./rate-limit.ts";
import type { AssetState, GitHubState, TokenState } from "./state.ts";
import { fetchPage } from "./web/pages.ts";
import { fetchStored } from "./web/storage.ts";

type Part = ReceivedRequest["part"];

/** What all parts of a GitHub share. */
export interface Exchange {
  state: GitHubState;
  faults: Faults;
  /** Every request, in the order in which they came. */
  requests: ReceivedRequest[];
  /** Called after every request has taken effect, whatever its answer will be. */
  watchers: ((request: ReceivedRequest) => void)[];
  /** Mistakes of the testbed itself. */
  mistakes: unknown[];
}

/** The path at which the API's host accepts uploads, as on an Enterprise Server. */
export const uploadsPath = "/api/uploads";

/** Opens one part of a GitHub on its own loopback port; the API also accepts uploads. */
export async function openPart(
  part: Exclude<Part, "uploads">,
  exchange: Exchange,
): Promise<{ server: Server; origin: string }> {
  const server = createServer((incoming, outgoing) => {
    const isUpload = part === "api" && incoming.url?.startsWith(`${uploadsPath}/`);
    if (isUpload) incoming.url = incoming.url?.slice(uploadsPath.length) ?? "";
    void respond(isUpload ? "uploads" : part, exchange, incoming, outgoing);
  });
  return { server, origin: `http://127.0.0.1:${await listen(server)}` };
}

async function respond(
  part: Part,
  exchange: Exchange,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const request = receive(part, exchange.requests, incoming);
  const fault = exchange.faults.take(request);
  const cut = fault && "cut" in fault ? fault.cut : undefined;
  const end = () => {
    fault?.onFault?.();
    incoming.socket.destroy();
  };
  if (cut === "before") return end();
  if (cut === "during") incoming.once("data", end);
  let token: TokenState | undefined;
  let answer: Answer;
  try {
    if (part === "api" || part === "uploads") token = tokenOf(exchange.state, incoming);
    failBefore(fault);
    answer = specifiedAnswer(fault, request) ?? (await work(part, exchange.state, request, incoming, token));
    failAfter(fault, uploadedAsset(exchange.state, request));
  } catch (error) {
    if (incoming.destroyed && !incoming.complete) return;
    if (!(error instanceof Refusal)) exchange.mistakes.push(error);
    answer = error instanceof Refusal ? error.answer : new Refusal(500, `testbed: ${String(error)}`).answer;
  }
  for (const watch of exchange.watchers) watch(request);
  if (cut === "after") return end();
  Object.assign(request, send(answer, token, incoming, outgoing));
  if (fault && cut === undefined) fault.onFault?.();
}

function receive(part: Part, requests: ReceivedRequest[], incoming: IncomingMessage): ReceivedRequest {
  const url = new URL(incoming.url ?? "", "http://github.test");
  const request: ReceivedRequest = {
    number: requests.length + 1,
    part,
    method: incoming.method ?? "",
    path: url.pathname,
    query: url.searchParams,
    authorized: incoming.headers.authorization !== undefined,
    status: 0,
    bytes: 0,
  };
  requests.push(request);
  return request;
}

async function work(
  part: Part,
  state: GitHubState,
  request: ReceivedRequest,
  incoming: IncomingMessage,
  token: TokenState | undefined,
): Promise<Answer> {
  if (part === "web") return fetchPage(state, request.path);
  if (part === "storage" || !token) return fetchStored(state, request.path, incoming);
  return dispatch(state, request, incoming, token);
}

/** The asset that an upload has just made. */
function uploadedAsset(
  { repositories }: GitHubState,
  { part, query }: ReceivedRequest,
): AssetState | undefined {
  if (part !== "uploads") return undefined;
  const assets = repositories.flatMap(({ releases }) => releases.flatMap((release) => release.assets));
  return assets.findLast(({ name }) => name === query.get("name"));
}

/** @returns what was sent */
function send(
  { status, headers = {}, body, bytes }: Answer,
  token: TokenState | undefined,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Pick<ReceivedRequest, "status" | "bytes"> {
  const content = bytes ?? (body === undefined ? undefined : Buffer.from(JSON.stringify(body)));
  const tag = token && content && status === 200 ? entityTag(incoming.headers, content) : undefined;
  const isSame = incoming.method === "GET" && tag !== undefined && isUnchanged(incoming.headers, tag);
  // With a token, an answer that has not changed does not count against the limit.
  const isFree = isSame && incoming.headers.authorization !== undefined;
  if (token && !isFree && token.used < token.limit) token.used += 1;
  outgoing.writeHead(isSame ? 304 : status, {
    ...(content &&
      !isSame && { "content-type": "application/json; charset=utf-8", "content-length": content.length }),
    ...(token && rateLimitHeaders(token)),
    ...(tag !== undefined && { etag: tag, vary: "Accept, Authorization, Cookie, Accept-Encoding" }),
    // The unread rest of a body would be taken for the next request.
    ...(!incoming.complete && { connection: "close" }),
    ...headers,
  });
  const sent = isSame || incoming.method === "HEAD" ? undefined : content;
  outgoing.end(sent);
  return { status: isSame ? 304 : status, bytes: sent?.length ?? 0 };
}
