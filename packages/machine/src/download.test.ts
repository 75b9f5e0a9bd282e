import { hash } from "node:crypto";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { cachedDownload, download } from "./download.ts";

const content = Buffer.alloc(300_000, "kiln");
const sha256 = hash("sha256", content);
let folder: string;
let server: Server | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-download-"));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server?.closeAllConnections();
  server?.close();
  await rm(folder, { recursive: true });
});

async function serve(listener: RequestListener): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server = createServer(listener).listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/file`;
}

test("a file is downloaded, and its progress in bytes is reported", async () => {
  const url = await serve((_, response) => response.end(content));
  const seen: number[] = [];
  const destination = join(folder, "deep/file");
  await download({ url, sha256, size: content.length }, destination, {
    onProgress: (received) => seen.push(received),
  });
  expect(await readFile(destination)).toEqual(content);
  expect(seen.at(-1)).toBe(content.length);
});

test("a file in the cache is not downloaded again unless it is damaged", async () => {
  let asked = 0;
  const url = await serve((_, response) => {
    asked += 1;
    response.end(content);
  });
  vi.stubEnv("KILN_CACHE_DIR", folder);
  const path = await cachedDownload({ url, sha256 });
  expect(await cachedDownload({ url, sha256 })).toBe(path);
  expect(asked).toBe(1);
  await writeFile(path, content.subarray(1));
  await cachedDownload({ url, sha256 });
  expect(await readFile(path)).toEqual(content);
});

test("wrong bytes never reach the destination", async () => {
  const url = await serve((_, response) => response.end("something else"));
  const failed = download({ url, sha256 }, join(folder, "file"));
  await expect(failed).rejects.toMatchObject({
    code: "digest-mismatch",
    expected: expect.stringContaining(sha256),
  });
  expect(await readdir(folder)).toEqual([]);
});

test("fewer bytes than the known size never reach the destination, also without a digest", async () => {
  const url = await serve((_, response) => response.end(content.subarray(1)));
  await expect(
    download({ url, sha256: undefined, size: content.length }, join(folder, "file")),
  ).rejects.toMatchObject({ code: "digest-mismatch", found: String(content.length - 1) });
  expect(await readdir(folder)).toEqual([]);
});

test.each([
  ["its known size", { size: 1000 }, {}],
  ["the caller's limit", {}, { maxBytes: 1000 }],
])("a file that is larger than %s is not downloaded to its end", async (_, size, options) => {
  const chunk = Buffer.alloc(100_000);
  let isOpen = true;
  const url = await serve((_request, response) => {
    response.on("close", () => (isOpen = false));
    const send = () => {
      if (isOpen) response.write(chunk, () => setImmediate(send));
    };
    send();
  });
  const failed = download({ url, sha256: undefined, ...size }, join(folder, "file"), options);
  await expect(failed).rejects.toMatchObject({
    code: "digest-mismatch",
    expected: expect.stringMatching(/at most 1000 bytes/),
  });
  expect(await readdir(folder)).toEqual([]);
});

test("a file of unknown size has a limit, too, and its size is known before it is received", async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { "content-length": 17 * 1024 ** 3 }).write("a");
  });
  await expect(download({ url, sha256 }, join(folder, "file"))).rejects.toMatchObject({
    code: "digest-mismatch",
    expected: expect.stringMatching(/at most 17179869184 bytes/),
  });
});

test("a download is tried again after a server error or a broken connection", async () => {
  let requests = 0;
  const url = await serve((_, response) => {
    requests += 1;
    if (requests === 1) response.writeHead(503).end();
    else if (requests === 2)
      response.writeHead(200, { "content-length": content.length }).write(content.subarray(0, 9));
    else response.end(content);
    if (requests === 2) response.socket?.destroySoon();
  });
  await download({ url, sha256 }, join(folder, "file"));
  expect(requests).toBe(3);
  expect(await readdir(folder)).toEqual(["file"]);
}, 20_000);

test("a file that does not exist is not requested again", async () => {
  let requests = 0;
  const url = await serve((_, response) => {
    requests += 1;
    response.writeHead(404).end();
  });
  const failed = download({ url, sha256 }, join(folder, "file"));
  await expect(failed).rejects.toMatchObject({
    code: "download-missing",
    found: "status 404 Not Found",
  });
  expect(requests).toBe(1);
});

test("a part that a killed process left behind is removed", async () => {
  const url = await serve((_, response) => response.end(content));
  // No process can have this number.
  await writeFile(join(folder, ".file.4194999-0.part"), "half");
  await writeFile(join(folder, `.file.${process.pid}-999.part`), "being written");
  await download({ url, sha256 }, join(folder, "file"));
  expect((await readdir(folder)).toSorted()).toEqual([`.file.${process.pid}-999.part`, "file"]);
});

test("an abort ends the download immediately", async () => {
  const url = await serve((_, response) => response.writeHead(200).write("a"));
  const stop = new AbortController();
  const onProgress = () => stop.abort(new Error("enough"));
  await expect(
    download({ url, sha256 }, join(folder, "file"), { signal: stop.signal, onProgress }),
  ).rejects.toThrow("enough");
  expect(await readdir(folder)).toEqual([]);
});
