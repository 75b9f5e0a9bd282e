import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveDirectory, type KilnServer } from "./serve.ts";

const bytes = "0123456789";
const release = "releases/download/etcd-v3.5.30";

let folder: string;
let root: string;
let served: KilnServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-serve-files-"));
  root = join(folder, "public");
  await mkdir(join(root, release), { recursive: true });
  await mkdir(join(root, "releases/latest"));
  await symlink("../download/etcd-v3.5.30", join(root, "releases/latest/download"));
  await writeFile(join(root, release, "etcd.raw"), bytes);
  await writeFile(join(root, release, "empty"), "");
  served = await serveDirectory(root);
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function ask(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Response> {
  return fetch(`${served.baseUrl}/${path}`, { method, headers, redirect: "manual" });
}

describe("a published asset", () => {
  test("is served completely, with headers that identify its bytes", async () => {
    const answer = await ask(`${release}/etcd.raw`);
    expect([answer.status, await answer.text()]).toEqual([200, bytes]);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-length": "10",
      "content-type": "application/octet-stream",
      "accept-ranges": "bytes",
      etag: expect.stringMatching(/^"[0-9a-f-]+"$/),
      "last-modified": expect.stringMatching(/GMT$/),
    });
  });

  test("is also found at the latest release, and by an encoded name", async () => {
    expect((await ask("releases/latest/download/etcd.raw")).status).toBe(200);
    expect((await ask("releases/latest/download/%65tcd%2Eraw?query")).status).toBe(200);
  });

  test.each([
    ["bytes=0-0", "0", "bytes 0-0/10"],
    ["bytes=-5", "56789", "bytes 5-9/10"],
    ["bytes=3-5", "345", "bytes 3-5/10"],
    ["bytes=8-", "89", "bytes 8-9/10"],
  ])("is served in part for %s", async (range, part, contentRange) => {
    const answer = await ask(`${release}/etcd.raw`, { range });
    expect([answer.status, await answer.text()]).toEqual([206, part]);
    expect(answer.headers.get("content-range")).toBe(contentRange);
    expect(answer.headers.get("content-length")).toBe(String(part.length));
  });

  test.each(["bytes=5-2", "bytes=10-", "bytes=-0"])("has no bytes for %s", async (range) => {
    const answer = await ask(`${release}/etcd.raw`, { range });
    expect([answer.status, answer.headers.get("content-range")]).toEqual([416, "bytes */10"]);
  });

  test("is served completely if several ranges are requested", async () => {
    const answer = await ask(`${release}/etcd.raw`, { range: "bytes=0-1,4-5" });
    expect([answer.status, await answer.text()]).toEqual([200, bytes]);
  });

  test("is resumed only if it has not changed", async () => {
    const etag = (await ask(`${release}/etcd.raw`)).headers.get("etag") ?? "";
    const same = await ask(`${release}/etcd.raw`, { range: "bytes=8-", "if-range": etag });
    expect([same.status, await same.text()]).toEqual([206, "89"]);
    const other = await ask(`${release}/etcd.raw`, { range: "bytes=8-", "if-range": '"other"' });
    expect([other.status, await other.text()]).toEqual([200, bytes]);
  });

  test("is not sent again to a client that already has it", async () => {
    const etag = (await ask(`${release}/etcd.raw`)).headers.get("etag") ?? "";
    expect((await ask(`${release}/etcd.raw`, { "if-none-match": etag })).status).toBe(304);
    expect((await ask(`${release}/etcd.raw`, { "if-match": '"other"' })).status).toBe(412);
  });

  test("is described without its bytes for HEAD, which ignores ranges", async () => {
    const answer = await ask(`${release}/etcd.raw`, { range: "bytes=0-0" }, "HEAD");
    expect([answer.status, answer.headers.get("content-length"), await answer.text()]).toEqual([
      200,
      "10",
      "",
    ]);
  });

  test("may be empty", async () => {
    const answer = await ask(`${release}/empty`, { range: "bytes=0-0" });
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
  });

  test("can only be read: other methods are not allowed", async () => {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
      const answer = await ask(`${release}/etcd.raw`, {}, method);
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    }
  });
});

describe("a request for", () => {
  beforeAll(async () => {
    const files = [".lock", "private.key", ".drafts/etcd-v9/etcd.raw", ".trash/etcd-v1/etcd.raw"];
    for (const file of [...files, `${release}/.notes.md`, `${release}/folder/file`, "../outside/etcd.raw"]) {
      await mkdir(join(root, file, ".."), { recursive: true });
      await writeFile(join(root, file), "secret");
    }
    await symlink(join(folder, "outside/etcd.raw"), join(root, release, "link.raw"));
    await symlink("etcd.raw", join(root, release, "inner-link.raw"));
    await symlink(join(folder, "outside"), join(root, "releases/download/linked-v1"));
    await symlink("../../../outside", join(root, "releases/other"));
    await run("mkfifo", [join(root, release, "fifo.raw")]);
  });

  test.each([
    ["the store's lock", ".lock"],
    ["a file beside the releases", "private.key"],
    ["a draft", ".drafts/etcd-v9/etcd.raw"],
    ["what is being removed", ".trash/etcd-v1/etcd.raw"],
    ["the notes of a release", `${release}/.notes.md`],
    ["the notes, encoded", `${release}/%2enotes.md`],
    ["a release's folder", `${release}/`],
    ["a folder in a release", `${release}/folder`],
    ["a file in a folder in a release", `${release}/folder/file`],
    ["a link that points out of the store", `${release}/link.raw`],
    ["a link inside a release", `${release}/inner-link.raw`],
    ["a link instead of a release", "releases/download/linked-v1/etcd.raw"],
    ["a link beside the latest release's", "releases/other/etcd.raw"],
    ["a FIFO", `${release}/fifo.raw`],
    ["the root", ""],
    ["a missing asset", `${release}/nothing.raw`],
    ["a missing release", "releases/download/etcd-v4/etcd.raw"],
    ["a folder by an encoded slash", "releases/download/etcd-v3.5.30%2fetcd.raw"],
    ["a name longer than any", `${release}/${"a".repeat(4000)}`],
  ])("%s is answered with 404", async (_, path) => {
    expect((await ask(path)).status).toBe(404);
  });

  test("a latest release outside the store is answered with 404", async () => {
    const other = join(folder, "other");
    await mkdir(join(other, "releases/latest"), { recursive: true });
    await symlink("../../../outside", join(other, "releases/latest/download"));
    await using elsewhere = await serveDirectory(other);
    const { status } = await fetch(`${elsewhere.baseUrl}/releases/latest/download/etcd.raw`);
    expect(status).toBe(404);
  });
});

test("a file without read permission is forbidden, and the server continues", async () => {
  await writeFile(join(root, release, "unreadable.raw"), "secret", { mode: 0 });
  // Without these capabilities, file permissions also apply to root.
  const launcher =
    process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : [];
  await using restricted = await serveDirectory(root, undefined, { launcher });
  const { status } = await fetch(`${restricted.baseUrl}/${release}/unreadable.raw`);
  expect(status).toBe(403);
  expect((await fetch(`${restricted.baseUrl}/${release}/etcd.raw`)).status).toBe(200);
});

test("a file that becomes shorter while it is sent ends the connection", async () => {
  const path = join(root, release, "large.raw");
  await writeFile(path, "");
  await truncate(path, 500_000_000);
  const complete = await new Promise((resolve, reject) => {
    get(`${served.baseUrl}/${release}/large.raw`, (answer) => {
      answer.once("data", () => {
        truncate(path, 1).then(() => answer.resume(), reject);
      });
      answer.on("error", () => undefined).on("close", () => resolve(answer.complete));
    }).on("error", reject);
  });
  expect(complete).toBe(false);
});

describe("the server listens", () => {
  test("on the loopback address only", async () => {
    const { port } = new URL(served.baseUrl);
    await expect(fetch(`http://127.0.0.2:${port}/`)).rejects.toThrow("fetch failed");
  });

  test("on another address with --host, and prints it", async () => {
    await using other = await serveDirectory(root, undefined, { host: "127.0.0.2" });
    expect(other.baseUrl).toMatch(/^http:\/\/127\.0\.0\.2:\d+$/);
    expect((await fetch(`${other.baseUrl}/${release}/etcd.raw`)).status).toBe(200);
  });
});
