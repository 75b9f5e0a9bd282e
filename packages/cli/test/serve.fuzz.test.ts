import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fc, fuzz, mutatedText } from "@sysext-kiln/fuzz";
import { afterAll, describe, expect } from "vitest";
import { serveDirectory } from "./serve.ts";

const content = "0123456789";
const folder = await mkdtemp(join(tmpdir(), "kiln-serve-fuzz-"));
const root = join(folder, "public");
await mkdir(join(root, "releases/download/etcd-v1"), { recursive: true });
await mkdir(join(root, "releases/latest"));
await symlink("../download/etcd-v1", join(root, "releases/latest/download"));
await writeFile(join(root, "releases/download/etcd-v1/etcd.raw"), content);
for (const path of ["secret", "public/.secret", "public/releases/download/etcd-v1/.notes.md"])
  await writeFile(join(folder, path), "SECRET");
const plain = await serveDirectory(root);
const asGitHub = await serveDirectory(root, "acme/extensions");
afterAll(async () => {
  await plain[Symbol.asyncDispose]();
  await asGitHub[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});
const ports = [
  ...new Set(
    [plain.baseUrl, asGitHub.baseUrl].map((url) => Number(new URL(url).port)).concat(asGitHub.ports),
  ),
];

const asset = "/releases/download/etcd-v1/etcd.raw";
const targets = mutatedText(
  [
    asset,
    "/releases/latest/download/etcd.raw",
    `/acme/extensions${asset}`,
    `http://a.example${asset}`,
    "*",
    "a:80",
  ],
  ["/.secret", "/.notes.md", "/../secret", "%2e%2e", "%2f", "%5c", "%00", "//", "?sig=x", "#", "[::1]"],
);
const ranges = mutatedText(
  ["bytes=0-4", "bytes=5-", "bytes=-3", "bytes=0-0,2-3"],
  ["bytes=", "-", ",", "5-2", "99999999999999999999", " "],
);
const dates = mutatedText(
  ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"],
  ["-1", "275760"],
);
const tags = mutatedText(['"a"', 'W/"a"', "*", '"a", "b"'], ['"', "W/", ","]);

/** Text that can be the value of a header, so that most requests get past Node's parser. */
const inHeader = (text: string) => text.replaceAll(/[^\t -~]/g, "").slice(0, 2000);

const header = fc.oneof(
  ranges.map((value) => `Range: ${inHeader(value)}`),
  fc
    .tuple(fc.constantFrom("If-Modified-Since", "If-Unmodified-Since", "If-Range"), dates)
    .map(([name, value]) => `${name}: ${inHeader(value)}`),
  fc
    .tuple(fc.constantFrom("If-Match", "If-None-Match", "If-Range"), tags)
    .map(([name, value]) => `${name}: ${inHeader(value)}`),
  fc.constantFrom(
    "Expect: 100-continue",
    "Upgrade: websocket",
    "Content-Length: 0",
    "Host: [::1]:1",
    "Host: a b",
  ),
);

const request = fc
  .record({
    method: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom("GET", "HEAD") },
      { weight: 1, arbitrary: fc.constantFrom("POST", "CONNECT", "OPTIONS", "TRACE", "get", "") },
    ),
    target: targets.map((target) => inHeader(target).replaceAll(/[\t ]/g, "")),
    version: fc.oneof(
      { weight: 8, arbitrary: fc.constant("1.1") },
      { weight: 1, arbitrary: fc.constantFrom("1.0", "0.9", "2.0", "") },
    ),
    headers: fc.array(header, { maxLength: 4 }),
  })
  .map(({ method, target, version, headers }) =>
    [`${method} ${target} HTTP/${version}`, "Host: localhost", "Connection: close", ...headers, "", ""].join(
      "\r\n",
    ),
  );

/** Sends bytes, and reads until the server ends the connection. @param isAll whether nothing more can come */
async function exchange(port: number, bytes: string, { isAll = false } = {}): Promise<string> {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const chunks: Buffer[] = [];
  const socket = connect(port, "127.0.0.1")
    .on("error", () => undefined)
    .on("data", (chunk: Buffer) => chunks.push(chunk))
    .on("close", () => resolve());
  socket.write(bytes);
  if (isAll) socket.end();
  await closed;
  return Buffer.concat(chunks).toString("latin1");
}

/** What every answer has to be, whatever was asked. */
function check(answer: string): void {
  expect(answer).not.toContain("SECRET");
  for (const [, status] of answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
    expect([
      100, 200, 206, 302, 304, 400, 403, 404, 405, 408, 412, 413, 414, 416, 417, 431, 501, 505,
    ]).toContain(Number(status));
  }
}

describe("whatever a client sends,", () => {
  fuzz(
    "a request gets an answer with the right bytes",
    fc.tuple(fc.constantFrom(...ports), request),
    async ([port, text]) => {
      const answer = await exchange(port, text);
      check(answer);
      const [head = "", body = ""] = answer
        .replace("HTTP/1.1 100 Continue\r\n\r\n", "")
        .split(/\r\n\r\n([^]*)/);
      expect(head).toMatch(/^HTTP\/1\.1 \d{3} /);
      const range = /^content-range: bytes (\d+)-(\d+)\/10$/im.exec(head);
      if (range && body !== "") expect(body).toBe(content.slice(Number(range[1]), Number(range[2]) + 1));
      if (head.startsWith("HTTP/1.1 206")) expect(range).not.toBeNull();
      if (head.startsWith("HTTP/1.1 200") && body !== "") expect(body).toBe(content);
    },
  );

  fuzz(
    "the server survives it and keeps its secrets",
    fc.tuple(
      fc.constantFrom(...ports),
      fc
        .array(request, { minLength: 1, maxLength: 4 })
        .chain((all) => mutatedText([all.join("")], ["\r\n", "\n", ": ", "\r\n "])),
    ),
    async ([port, text]) => check(await exchange(port, text, { isAll: true })),
  );
});
