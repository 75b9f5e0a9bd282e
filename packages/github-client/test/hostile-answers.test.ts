import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import {
  commitOfTag,
  githubAssetSchema,
  listReleases,
  listTags,
  openAsset,
} from "@sysext-kiln/github-client";
import { listen, startGitHub, type GitHub, type Repository } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { clientOf } from "./open.ts";

const repository = { owner: "acme", repo: "extensions" };

let folder: string;
let github: GitHub;
let upstream: Repository;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-hostile-"));
  github = await startGitHub();
  upstream = github.repository("acme/extensions");
});
afterEach(async () => {
  await github[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** A server that is not GitHub, and the tokens that it received. */
async function startStranger(): Promise<{ url: string; received: (string | undefined)[] } & Disposable> {
  const received: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    received.push(request.headers.authorization);
    response.setHeader("content-type", "application/json").end("[]");
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    [Symbol.dispose]: () => void server.close(),
  };
}

/** Changes the one file of the cache. */
async function poison(change: Record<string, unknown>): Promise<void> {
  const [name = ""] = await readdir(folder);
  const stored: object = z.looseObject({}).parse(JSON.parse(await readFile(join(folder, name), "utf8")));
  await writeFile(join(folder, name), JSON.stringify({ ...stored, ...change }));
}

const isList = ({ path }: { path: string }) => path.endsWith("/releases");

describe("the token stays with GitHub's API if an answer names", () => {
  test("a next page at another server", async () => {
    using stranger = await startStranger();
    const link = `<${stranger.url}/releases?page=2>; rel="next"`;
    github.fault(isList, { respond: { status: 200, headers: { link }, body: [] } });
    expect(await listReleases(clientOf(github), repository)).toEqual([]);
    expect(stranger.received).toEqual([]);
  });

  test("an address for uploads at another server", async () => {
    using stranger = await startStranger();
    const path = join(folder, "a.raw");
    await writeFile(path, "hello\n");
    const uploadUrl = `${stranger.url}/repos/acme/extensions/releases/1/assets{?name,label}`;
    const upload = { ...repository, release_id: 1, uploadUrl, name: "a.raw", path, size: 6 };
    await expect(clientOf(github).upload(upload, githubAssetSchema)).rejects.toMatchObject({
      code: "document-invalid",
      found: stranger.url,
    });
    expect(stranger.received).toEqual([]);
  });

  test("another server in a redirect", async () => {
    using stranger = await startStranger();
    const headers = { location: `${stranger.url}/releases` };
    for (const status of [301, 302, 307, 308]) github.fault(isList, { respond: { status, headers } });
    for (let time = 0; time < 4; time += 1) await listReleases(clientOf(github), repository);
    expect(stranger.received).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe("an answer in the cache that somebody has changed", () => {
  test.each([
    ["an ETag that matches every answer", { etag: "*" }],
    ["the ETag of the original answer", {}],
  ])("is requested again, with %s", async (_, change) => {
    upstream.tag("v1");
    const client = clientOf(github, { cacheFolder: folder });
    const tags = await listTags(client, repository);
    const object = { type: "commit", sha: "6".repeat(40) };
    await poison({ body: JSON.stringify([{ ref: "refs/tags/v1", object }]), ...change });
    expect(await listTags(client, repository)).toEqual(tags);
    expect(github.requests.map(({ status }) => status)).toEqual([200, 200]);
  });

  test("cannot lead to the pages of another repository, or hide pages after a full one", async () => {
    for (let number = 100; number < 201; number += 1) upstream.release(`v${number}`);
    const evil = github.repository("evil/extensions");
    evil.release("v999");
    const client = clientOf(github, { cacheFolder: folder });
    await client.call(client.rest.repos.listReleases, { ...repository, per_page: 100, page: 1 }, z.unknown());
    const link = `<${github.origins.api}/repositories/${evil.state.id}/releases>; rel="next"`;
    await poison({ link, hasNext: false });
    const releases = await listReleases(client, repository);
    expect(releases.map(({ tag_name: tag }) => tag)).toEqual(
      upstream.state.releases.map(({ tag }) => tag).toReversed(),
    );
  });
});

describe("the client gives up on", () => {
  test("tag objects that name each other", async () => {
    const shas = ["a".repeat(40), "b".repeat(40)] as const;
    github.fault(
      ({ path }) => path.includes("/git/tags/"),
      {
        respond: ({ path }) => ({
          status: 200,
          body: { object: { type: "tag", sha: path.endsWith(shas[0]) ? shas[1] : shas[0] } },
        }),
      },
      Infinity,
    );
    const tag = { name: "v1", object: { type: "tag", sha: shas[0] } };
    await expect(commitOfTag(clientOf(github), repository, tag)).rejects.toMatchObject({
      code: "document-invalid",
      expected: "the tag v1 of acme/extensions to name a commit",
    });
  });

  test("pages that each name another one", async () => {
    const link = `<${github.origins.api}/repos/acme/extensions/tags?page=2>; rel="next"`;
    github.fault(() => true, { respond: { status: 200, headers: { link }, body: [{}] } }, Infinity);
    const client = clientOf(github, { token: github.token({}, { limit: 10_000 }) });
    await expect(client.list(client.rest.repos.listTags, repository, z.unknown())).rejects.toMatchObject({
      code: "document-invalid",
      expected: "the answers to GET /repos/acme/extensions/tags to end after 100 pages",
    });
  });

  test("a small compressed answer that is huge when unpacked", async () => {
    const bytes = gzipSync(`[${" ".repeat(70_000_000)}]`);
    const headers = { "content-encoding": "gzip" };
    github.fault(isList, { respond: { status: 200, headers, bytes } }, Infinity);
    await expect(listReleases(clientOf(github), repository)).rejects.toMatchObject({
      code: "document-invalid",
      expected: expect.stringContaining("at most 64000000 bytes"),
    });
    expect(github.requests).toHaveLength(1);
  });

  test("a huge error", async () => {
    const bytes = gzipSync(`{"message":"${" ".repeat(70_000_000)}"}`);
    const headers = { "content-encoding": "gzip" };
    github.fault(() => true, { respond: { status: 404, headers, bytes } }, Infinity);
    await expect(openAsset(clientOf(github), repository, { id: 1, size: 5 })).rejects.toMatchObject({
      code: "document-invalid",
    });
  });

  test("an asset with more bytes than GitHub says", async () => {
    const release = upstream.release("v1", { assets: { "a.raw": "hello, world" } });
    const [asset] = release.assets;
    const stream = await openAsset(clientOf(github), repository, { id: asset!.id, size: 5 });
    await expect(text(stream)).rejects.toMatchObject({
      code: "document-invalid",
      expected: `the answer to GET /repos/acme/extensions/releases/assets/${asset?.id} to have at most 5 bytes`,
    });
  });
});

test("a connection that breaks off in an asset is explained", async () => {
  const { id } = upstream.release("v1", { assets: { "a.raw": "hello" } }).assets[0]!;
  const headers = { "content-length": "9", connection: "close" };
  const bytes = Buffer.from("hello");
  github.fault(({ part }) => part === "storage", { respond: { status: 200, headers, bytes } });
  const stream = await openAsset(clientOf(github), repository, { id, size: 9 });
  await expect(text(stream)).rejects.toMatchObject({
    code: "network-unreachable",
    expected: expect.stringContaining(`GET /repos/acme/extensions/releases/assets/${id}`),
  });
});
