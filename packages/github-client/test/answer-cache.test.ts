import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listReleases, listTags } from "@sysext-kiln/github-client";
import { startGitHub, type GitHub } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { clientOf } from "./open.ts";

const repository = { owner: "acme", repo: "extensions" };

let cacheFolder: string;
let github: GitHub;
beforeEach(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), "kiln-answers-"));
  github = await startGitHub();
});
afterEach(async () => {
  await github[Symbol.asyncDispose]();
  await rm(cacheFolder, { recursive: true });
});

const statuses = () => github.requests.map(({ status }) => status);

describe("a cached answer", () => {
  test("costs a 304, which does not count, in the next process as well", async () => {
    github.repository("acme/extensions").release("v1", { assets: { "a.raw": "bytes" } });
    const token = github.token({ contents: "read" }, { limit: 2 });
    const first = await listReleases(clientOf(github, { cacheFolder, token }), repository);
    for (let time = 0; time < 3; time += 1) {
      expect(await listReleases(clientOf(github, { cacheFolder, token }), repository)).toEqual(first);
    }
    expect(statuses()).toEqual([200, 304, 304, 304]);
    expect(first).toMatchObject([{ tag_name: "v1", assets: [{ name: "a.raw", size: 5 }] }]);
  });

  test("is valid for a job with another token", async () => {
    github.repository("acme/extensions").tag("v1");
    for (let job = 0; job < 2; job += 1) {
      const token = github.token({ contents: "read" });
      await listTags(clientOf(github, { cacheFolder, token }), repository);
    }
    expect(statuses()).toEqual([200, 304]);
  });

  test("does not hide other pages, each of which is requested separately", async () => {
    const upstream = github.repository("acme/extensions");
    for (let number = 100; number < 350; number += 1) upstream.release(`v${number}`);
    const client = clientOf(github, { cacheFolder });
    expect(await listReleases(client, repository)).toHaveLength(250);
    upstream.release("v0", { date: new Date(0) });
    expect(await listReleases(client, repository)).toHaveLength(251);
    expect(statuses()).toEqual([200, 200, 200, 304, 304, 200]);
  });

  test("is replaced when something has changed", async () => {
    const upstream = github.repository("acme/extensions");
    const client = clientOf(github, { cacheFolder });
    await listReleases(client, repository);
    upstream.release("v1");
    expect(await listReleases(client, repository)).toHaveLength(1);
  });

  test("is requested again if its file is damaged", async () => {
    github.repository("acme/extensions").tag("v1");
    await listTags(clientOf(github, { cacheFolder }), repository);
    for (const name of await readdir(cacheFolder)) await writeFile(join(cacheFolder, name), "{");
    expect(await listTags(clientOf(github, { cacheFolder }), repository)).toHaveLength(1);
    expect(statuses()).toEqual([200, 200]);
  });
});
