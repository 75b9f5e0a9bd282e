import type { FileHandle } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { evaluateConditions, rangeApplies, type Validators } from "./conditions.ts";
import { sendStatus } from "./listen.ts";
import { parseRange } from "./range.ts";

/** Responds to a GET or HEAD request with an open file, or the requested range of it, and closes the file. */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  opened: FileHandle,
): Promise<void> {
  await using file = opened;
  const { ino, size: bytes, mtimeNs, mtime } = await file.stat({ bigint: true });
  const size = Number(bytes);
  const validators: Validators = {
    etag: `"${[ino, bytes, mtimeNs].map((number) => number.toString(16)).join("-")}"`,
    lastModified: new Date(Math.min(Math.floor(mtime.getTime() / 1000) * 1000, Date.now())),
  };
  response.setHeader("etag", validators.etag);
  response.setHeader("last-modified", validators.lastModified.toUTCString());
  // The same URL of the latest release gets new contents.
  response.setHeader("cache-control", "no-cache");
  response.setHeader("accept-ranges", "bytes");

  const status = evaluateConditions(request.headers, validators);
  if (status !== undefined) return sendStatus(response, status);

  // A range is defined for GET only (RFC 9110, section 14.2).
  const isRangeRequest = request.method === "GET" && rangeApplies(request.headers, validators, new Date());
  const range = isRangeRequest ? parseRange(request.headers.range, size) : undefined;
  if (range === "unsatisfiable") {
    response.setHeader("content-range", `bytes */${size}`);
    return sendStatus(response, 416);
  }
  const { first, last } = range ?? { first: 0, last: size - 1 };
  const length = last - first + 1;
  if (range !== undefined) response.setHeader("content-range", `bytes ${first}-${last}/${size}`);
  response.writeHead(range === undefined ? 200 : 206, {
    "content-type": "application/octet-stream",
    "x-content-type-options": "nosniff",
    "content-length": length,
  });
  if (request.method === "HEAD" || length === 0) return void response.end();

  const stream = file.createReadStream({ start: first, end: last, autoClose: false });
  await pipeline(stream, response, { end: false });
  // If the file has become shorter, only closing the connection tells the client that the rest is missing.
  if (stream.bytesRead < length) response.destroy();
  else response.end();
}
