import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveDirectory, type KilnServer } from "./serve.ts";

const asset = "/releases/latest/download/etcd.raw";

let folder: string;
let served: KilnServer;
let port: number;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-serve-hostile-"));
  const release = join(folder, "public/releases/download/etcd-v3.5.30");
  await mkdir(release, { recursive: true });
  await mkdir(join(folder, "public/releases/latest"));
  await symlink("../download/etcd-v3.5.30", join(folder, "public/releases/latest/download"));
  await writeFile(join(release, "etcd.raw"), "0123456789");
  await writeFile(join(release, "large.raw"), "");
  await truncate(join(release, "large.raw"), 100_000_000);
  await writeFile(join(folder, "secret"), "secret");
  served = await serveDirectory(join(folder, "public"));
  port = Number(new URL(served.baseUrl).port);
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Sends bytes as they are, and reads until the server ends the connection. */
async function exchange(to: number, bytes: string | Buffer, { end = false } = {}): Promise<string> {
  const socket = connect(to, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(bytes);
  if (end) socket.end();
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  await once(socket, "close");
  return Buffer.concat(chunks).toString("latin1");
}

/** The status of each answer. */
function statuses(answers: string): number[] {
  return [...answers.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

function request(target: string, ...headers: readonly string[]): string {
  return [`GET ${target} HTTP/1.1`, "Host: localhost", "Connection: close", ...headers, "", ""].join("\r\n");
}

/** Requests a large file, and resets the connection when the first bytes arrive. */
async function leave(): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.write(request("/releases/latest/download/large.raw"));
  await once(socket, "data");
  socket.resetAndDestroy();
}

async function isAlive(): Promise<boolean> {
  return (await fetch(`${served.baseUrl}${asset}`)).status === 200;
}

describe("the server survives, and answers", () => {
  test.each<[string, string | Buffer, number]>([
    ["a path with ..", request(`/releases/download/../../../secret`), 404],
    ["a path with .. that leads back", request(`/releases/latest/../latest/download/etcd.raw`), 404],
    ["an encoded ..", request("/releases/download/%2e%2e/%2e%2e/%2e%2e/secret"), 404],
    ["an encoded ../", request("/releases/download/..%2f..%2f../secret"), 404],
    ["a .. encoded twice", request("/releases/download/%252e%252e/secret"), 404],
    ["an overlong encoding of ..", request("/releases/download/%c0%ae%c0%ae/secret"), 400],
    ["backslashes", request("/releases/download/..\\..\\..\\secret"), 404],
    ["two slashes", request("//releases/latest/download/etcd.raw"), 404],
    ["half an encoded byte", request("/releases/latest/download/etcd%2"), 400],
    ["an encoded NUL", request("/releases/latest/download/etcd.raw%00"), 404],
    ["a NUL", request("/releases/latest/download/etcd.raw\0"), 400],
    ["an escape sequence in the path", request("/\u001b[2J"), 400],
    ["bytes outside of ASCII in the path", Buffer.from(request("/\u009b2J"), "latin1"), 400],
    ["an absolute URL", request(`http://example.org${asset}`), 200],
    ["an absolute URL without a path", request("http://example.org"), 400],
    ["an absolute URL with ..", request("http://example.org/../../secret"), 404],
    ["a URL of another scheme", request("file:///etc/passwd"), 400],
    ["a path without a slash", request("etc/passwd"), 400],
    ["an overlong path", request(`/${"a".repeat(20_000)}`), 431],
    ["an overlong header", request(asset, `X: ${"a".repeat(20_000)}`), 431],
    ["very many headers", request(asset, ...Array.from({ length: 3000 }, () => "a: b")), 431],
    ["a range that ends before it begins", request(asset, "Range: bytes=5-2"), 416],
    ["very many ranges", request(asset, `Range: bytes=${"0-0,".repeat(1500)}0-0`), 200],
    ["two headers with ranges", request(asset, "Range: bytes=0-0", "Range: bytes=1-1"), 200],
    ["a range of absurd numbers", request(asset, `Range: bytes=${"9".repeat(400)}-`), 416],
    ["no host", `GET ${asset} HTTP/1.1\r\nConnection: close\r\n\r\n`, 400],
    ["two lengths", request(asset, "Content-Length: 1", "Content-Length: 2"), 400],
    ["a length and chunks", request(asset, "Content-Length: 3", "Transfer-Encoding: chunked"), 400],
    ["an expectation", request(asset, "Expect: something"), 417],
    ["an upgrade", request(asset, "Connection: upgrade", "Upgrade: websocket"), 200],
    ["CONNECT", "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n", 405],
    ["OPTIONS *", request("*").replace("GET", "OPTIONS"), 405],
    ["TRACE", request(asset).replace("GET", "TRACE"), 405],
    ["an invalid method", request(asset).replace("GET", "get"), 400],
    ["HTTP/0.9", `GET ${asset}\r\n\r\n`, 200],
    ["the beginning of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
    ["the beginning of TLS", Buffer.from("16030100c8010000c403033b", "hex"), 400],
    ["a bare line feed", `GET ${asset} HTTP/1.1\nHost: localhost\n\n`, 400],
  ])("%s", async (_, bytes, status) => {
    const answers = await exchange(port, bytes);
    expect(statuses(answers)).toEqual([status]);
    expect(answers).not.toContain("secret");
    expect(await isAlive()).toBe(true);
  });

  test("half a request, after a few seconds", async () => {
    const [, , silent] = await Promise.all([
      exchange(port, "GET / HT", { end: true }),
      exchange(port, request(asset).slice(0, -2), { end: true }),
      exchange(port, request(asset).slice(0, -2)),
    ]);
    expect(statuses(silent)).toEqual([408]);
    expect(await isAlive()).toBe(true);
  });

  test("a body that never comes, after a few seconds", async () => {
    const open = request(asset, "Content-Length: 1000000").replace("Connection: close\r\n", "");
    expect(statuses(await exchange(port, open))[0]).toBe(200);
    expect(await isAlive()).toBe(true);
  });

  test("requests that are sent ahead, up to a number", async () => {
    const one = request(asset).replace("Connection: close\r\n", "");
    expect(statuses(await exchange(port, one.repeat(2) + request(asset)))).toEqual([200, 200, 200]);
    const many = statuses(await exchange(port, one.repeat(5000)));
    expect(many.filter((status) => status === 200)).toHaveLength(100);
    expect(await isAlive()).toBe(true);
  });

  test("clients that leave in the middle of an answer", async () => {
    await Promise.all(Array.from({ length: 50 }, leave));
    expect(await isAlive()).toBe(true);
  });
});

describe("served as GitHub does, the server survives", () => {
  test.each([
    ["an invalid host", "Host: a/b@c", 400],
    ["a host with a line break", "Host: a%0d%0aSet-Cookie: b", 400],
    ["a host outside of ASCII", "Host: \u00e4\u009b", 400],
    ["an address with a port", "Host: [::1]:8080", 302],
  ])("%s", async (_, host, status) => {
    await using github = await serveDirectory(join(folder, "public"), "example/extensions");
    const to = Number(new URL(github.baseUrl).port);
    const path = "/example/extensions/releases/download/etcd-v3.5.30/etcd.raw";
    const bytes = Buffer.from(request(path).replace("Host: localhost", host), "latin1");
    expect(statuses(await exchange(to, bytes))).toEqual([status]);
    expect(statuses(await exchange(to, request(path)))).toEqual([302]);
  });
});
