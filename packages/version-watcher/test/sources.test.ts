import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatReleaseRecord, parseReleaseRecord } from "@sysext-kiln/release-store";
import type { Repository } from "@sysext-kiln/testbed";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { openWatched, type Watched } from "./upstream.ts";

const cache = await mkdtemp(join(tmpdir(), "kiln-sources-"));
process.env["KILN_CACHE_DIR"] = cache;
afterAll(() => rm(cache, { recursive: true }));

let watched: Watched;
let runc: Repository;
afterEach(() => watched[Symbol.asyncDispose]());

/** Opens hello 1.0.0 with runc as a further source. */
async function open(version?: string | object): Promise<void> {
  const github = {
    kind: "releases",
    repository: "acme/runc",
    asset: "runc.{arch}",
    arch: { "x86-64": "amd64", arm64: "arm64" },
    checksums: "github",
    to: "usr/bin/runc",
  };
  watched = await openWatched("releases", {
    sources: { runc: { github, ...(version !== undefined && { version }) } },
  });
  runc = watched.github.repository("acme/runc");
  watched.release("v1.0.0");
}

function releaseRunc(version: string, content = version): void {
  runc.release(`v${version}`, { assets: { "runc.amd64": content, "runc.arm64": content } });
}

/** The version of runc in the image that is ordered. */
async function ordered(): Promise<string | undefined> {
  const [order] = await watched.watch();
  return order?.inputs.find(({ name }) => name === "runc")?.source?.version;
}

const published = () => parseReleaseRecord(watched.releases.at(-1)?.notes ?? "");

describe("the version of a further source is", () => {
  test.each<[string, string | object | undefined, string]>([
    ["the same as the extension's by default", undefined, "1.0.0"],
    ["the newest, which is no prerelease", "newest", "1.4.0"],
    ["the newest of a series", { series: "1.3" }, "1.3.10"],
    ["an exact one", { exact: "1.3.9" }, "1.3.9"],
  ])("%s", async (_, policy, version) => {
    await open(policy);
    for (const one of ["1.0.0", "1.3.9", "1.3.10", "1.4.0", "1.5.0-rc.1"]) releaseRunc(one);
    expect(await ordered()).toBe(version);
  });

  test("what a file of the upstream's repository names", async () => {
    await open({ file: "script/setup/runc-version" });
    const commit = watched.upstream.commit({ "script/setup/runc-version": "v1.3.9\n" });
    watched.upstream.tag("v1.0.0", { commit });
    for (const version of ["1.3.9", "1.3.10"]) releaseRunc(version);
    expect(await ordered()).toBe("1.3.9");
  });
});

test("an image has the inputs of all sources, and the record names their versions", async () => {
  await open("newest");
  releaseRunc("1.4.0");
  const orders = await watched.watch();
  expect(orders[1]?.inputs).toMatchObject([
    { name: "hello.tar.gz", origin: { repository: "acme/hello" } },
    {
      name: "runc",
      to: "usr/bin/runc",
      origin: { repository: "acme/runc", tag: "v1.4.0" },
      source: { name: "runc", upstream: "github", version: "1.4.0" },
    },
  ]);
  watched.publish(orders);
  expect(published()?.sources).toEqual({
    runc: { version: "1.4.0", object: runc.state.tags.get("v1.4.0")?.commit },
  });
});

describe("a published version", () => {
  test("is rebuilt as its next revision if a source has a newer version", async () => {
    await open("newest");
    releaseRunc("1.4.0");
    watched.publish(await watched.watch());
    releaseRunc("1.4.1");
    const orders = await watched.watch();
    expect(orders.map(({ version }) => version)).toEqual([
      { upstream: "1.0.0", revision: 2 },
      { upstream: "1.0.0", revision: 2 },
    ]);
    watched.publish(orders);
    expect(await watched.watch()).toEqual([]);
  });

  test.each([
    ["of a source", "newest"],
    ["that a file names", { file: "runc-version" }],
  ])("costs one 304 for each repository, also if it is the version %s", async (_, policy) => {
    await open(policy);
    const commit = watched.upstream.commit({ "runc-version": "1.4.0" });
    watched.upstream.tag("v1.0.0", { commit });
    releaseRunc("1.4.0");
    watched.publish(await watched.watch());
    const before = watched.github.requests.length;
    expect(await watched.watch()).toEqual([]);
    expect(watched.github.requests.slice(before).map(({ path, status }) => [path, status])).toEqual([
      ["/repos/acme/hello/git/matching-refs/tags", 304],
      ["/repos/acme/runc/git/matching-refs/tags", 304],
    ]);
  });

  test("is rebuilt with the version that a file names, whatever the notes of the release say", async () => {
    await open({ file: "runc-version" });
    const commit = watched.upstream.commit({ "runc-version": "1.4.0" });
    watched.upstream.tag("v1.0.0", { commit });
    for (const version of ["1.3.9", "1.4.0"]) releaseRunc(version);
    watched.publish(await watched.watch());
    const record = published();
    if (!record?.sources) throw new Error("the release has no record of its sources");
    const runcRecord = { version: "1.3.9", object: runc.state.tags.get("v1.3.9")?.commit };
    const forged = { ...record, fingerprints: {}, pins: {}, sources: { runc: runcRecord } };
    const [release] = watched.releases;
    if (release) release.notes = formatReleaseRecord(forged);
    expect(await ordered()).toBe("1.4.0");
  });

  test("is not rebuilt with an older version of a source, if upstream has removed the newest", async () => {
    await open("newest");
    releaseRunc("1.4.0");
    releaseRunc("1.4.1");
    watched.publish(await watched.watch());
    runc.state.tags.delete("v1.4.1");
    expect(await watched.watch()).toEqual([]);
    expect(watched.log).toEqual([
      "not rebuilding hello 1.0.0: runc is 1.4.0 here, older than 1.4.1, which it was published with",
    ]);
  });

  test("whose source was replaced is an error that names the source's key", async () => {
    await open("newest");
    releaseRunc("1.4.0");
    watched.publish(await watched.watch());
    runc.state.releases.length = 0;
    runc.tag("v1.4.0");
    releaseRunc("1.4.0", "other bytes");
    await expect(watched.watch()).rejects.toMatchObject({
      code: "upstream-moved",
      expected: expect.stringMatching(/^the files of v1\.4\.0 in acme\/runc to be what hello-v1\.0\.0/),
      next: expect.stringContaining('"sources.runc.github.pins"'),
    });
  });
});

describe("a version is unavailable", () => {
  test.each<[string, string | object, string]>([
    ["if a source lacks its version", "same", "needs runc 1.0.0, which its upstream does not have"],
    [
      "if the files of that version are missing",
      { exact: "1.3.9" },
      "needs runc 1.3.9, which has no runc.arm64 yet, only runc.amd64",
    ],
    [
      "if its repository lacks the file that names it",
      { file: "runc-version" },
      "has no file runc-version that names the version of runc",
    ],
    [
      "if that file contains something else",
      { file: "notes" },
      "has something else than a version of runc in notes",
    ],
    [
      "if a source has no version at all",
      { series: "7.7" },
      "needs a version of runc, of which its upstream has none",
    ],
  ])("%s", async (_, policy, reason) => {
    await open(policy);
    runc.release("v1.3.9", { assets: { "runc.amd64": "1" } });
    const commit = watched.upstream.commit({ notes: "see the website\n" });
    watched.upstream.tag("v1.0.0", { commit });
    await expect(watched.watch({ version: "1.0.0" })).rejects.toMatchObject({
      code: "unknown-version",
      found: `"1.0.0", which ${reason}`,
    });
  });

  test("and the previous version of a source is taken while its newest is incomplete", async () => {
    await open("newest");
    releaseRunc("1.4.0");
    runc.release("v1.4.1", { assets: { "runc.amd64": "1" } });
    expect(await ordered()).toBe("1.4.0");
    expect(watched.log).toEqual(["skipping runc 1.4.1, which has no runc.arm64 yet, only runc.amd64"]);
  });
});
