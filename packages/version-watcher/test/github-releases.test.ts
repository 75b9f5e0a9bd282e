import { hash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openWatched, type Watched } from "./upstream.ts";

let watched: Watched;
beforeEach(async () => {
  watched = await openWatched("releases");
});
afterEach(() => watched[Symbol.asyncDispose]());

/** The versions in the plan, each once. */
async function planned(version?: string): Promise<string[]> {
  const orders = await watched.watch(version === undefined ? {} : { version });
  return [...new Set(orders.map((order) => order.version.upstream))];
}

test("the archives of a release are ordered, each with the digest that the release lists", async () => {
  watched.release("v1.0.0");
  const commit = watched.upstream.state.tags.get("v1.0.0")?.commit;
  const orders = await watched.watch();
  expect(orders.map(({ architecture }) => architecture)).toEqual(["x86-64", "arm64"]);
  expect(orders[1]).toMatchObject({
    upstream: "github",
    version: { upstream: "1.0.0", revision: 1 },
    inputs: [
      {
        name: "hello.tar.gz",
        url: expect.stringMatching(
          /\/acme\/hello\/releases\/download\/v1\.0\.0\/hello-v1\.0\.0-linux-aarch64/,
        ),
        sha256: hash("sha256", "the archive hello-v1.0.0-linux-aarch64.tar.gz"),
        origin: { kind: "github", repository: "acme/hello", tag: "v1.0.0", commit, checksums: "SHA256SUMS" },
        take: { "hello-v1.0.0-linux-aarch64/hello": "usr/bin/hello" },
      },
    ],
  });
});

test("a watch says what it reads", async () => {
  watched.release("v1.0.0");
  await watched.watch();
  expect(watched.progress).toEqual([
    "reading the tags of acme/hello on GitHub",
    "reading the release v1.0.0 of acme/hello",
    expect.stringMatching(/^reading http.*\/acme\/hello\/releases\/download\/v1\.0\.0\/SHA256SUMS$/),
  ]);
});

test.each(["v2.0.0", "2.0.0"])(
  "the tag %s is found, whether the requested version has a v or not",
  async (tag) => {
    watched.release(tag);
    watched.release("v1.9.0");
    expect(await planned()).toEqual(["2.0.0"]);
    expect(await planned("v2.0.0")).toEqual(["2.0.0"]);
    expect(await planned("2.0.0")).toEqual(["2.0.0"]);
  },
);

test("tags that are not versions are ignored", async () => {
  watched.release("v1.0.0");
  for (const tag of ["api/v9.0.0", "nightly", "v9", "release-9.0.0"]) watched.upstream.tag(tag);
  expect(await planned()).toEqual(["1.0.0"]);
});

describe("the previous version is taken", () => {
  beforeEach(() => watched.release("v1.0.0"));

  test.each([
    ["a prerelease by its number", "v1.1.0-rc.1", {}, undefined],
    ["marked as a prerelease", "v1.1.0", { prerelease: true }, "is a prerelease"],
    [
      "without the archive of one architecture",
      "v1.1.0",
      { assets: { "hello-v1.1.0-linux-aarch64.tar.gz": undefined } },
      "has no hello-v1.1.0-linux-aarch64.tar.gz yet, only hello-v1.1.0-linux-amd64.tar.gz, SHA256SUMS",
    ],
    [
      "without its checksums",
      "v1.1.0",
      { assets: { SHA256SUMS: undefined } },
      "has no SHA256SUMS yet, only hello-v1.1.0-linux-amd64.tar.gz, hello-v1.1.0-linux-aarch64.tar.gz",
    ],
  ])("while the newest is %s", async (_, tag, change, reason) => {
    watched.release(tag, change);
    expect(await planned()).toEqual(["1.0.0"]);
    expect(watched.log).toEqual(reason === undefined ? [] : [`skipping hello 1.1.0, which ${reason}`]);
  });

  test("while an archive of the newest is being uploaded", async () => {
    watched.release("v1.1.0");
    const asset = watched.upstream.asset("v1.1.0", "hello-v1.1.0-linux-amd64.tar.gz");
    asset.state = "starter";
    expect(await planned()).toEqual(["1.0.0"]);
    asset.state = "uploaded";
    expect(await planned()).toEqual(["1.1.0"]);
  });

  test("while the newest has only a tag", async () => {
    watched.upstream.tag("v1.1.0");
    expect(await planned()).toEqual(["1.0.0"]);
    expect(watched.log).toEqual(["skipping hello 1.1.0, which has a tag but no release yet"]);
  });
});

describe("the watch fails with a clear error for a release", () => {
  const name = "hello-v1.0.0-linux-amd64.tar.gz";

  test.each([
    [
      "whose checksums lack an archive",
      `${hash("sha256", "x")}  other.tar.gz\n`,
      /one line with the SHA-256 .*no such line/,
    ],
    ["whose checksums are a web page", "<html>", /to be a list of checksums; found an HTML page/],
    ["whose checksums have a short digest", `abc  ${name}\n`, /no such line/],
    [
      "whose checksums list an archive twice",
      `${hash("sha256", "x")}  ${name}\n${hash("sha256", "y")} *${name}\n`,
      /one SHA-256 of hello-v1\.0\.0-linux-amd64\.tar\.gz; found 2 different ones/,
    ],
  ])("%s", async (_, list, message) => {
    watched.release("v1.0.0", { assets: { SHA256SUMS: list } });
    const watching = watched.watch();
    await expect(watching).rejects.toMatchObject({ code: "manifest-invalid" });
    await expect(watching).rejects.toThrow(message);
  });

  test("whose checksums contradict GitHub's digest", async () => {
    watched.release("v1.0.0");
    watched.upstream.asset("v1.0.0", name).digest = `sha256:${hash("sha256", "other bytes")}`;
    await expect(watched.watch()).rejects.toMatchObject({ code: "digest-mismatch" });
  });

  test("whose checksums are too large", async () => {
    watched.release("v1.0.0", { assets: { SHA256SUMS: "x".repeat(1_000_001) } });
    await expect(watched.watch()).rejects.toThrow(/of at most 1000000 bytes; found 1000001 bytes/);
  });
});

test("GitHub's digest of an archive is optional", async () => {
  watched.release("v1.0.0");
  for (const { assets } of watched.upstream.state.releases) for (const asset of assets) asset.digest = null;
  expect(await planned()).toEqual(["1.0.0"]);
});

describe("a published version", () => {
  beforeEach(async () => {
    watched.release("v1.0.0");
    watched.publish(await watched.watch());
  });

  test("costs one 304, even if download counts changed", async () => {
    watched.upstream.asset("v1.0.0", "SHA256SUMS").downloads += 1000;
    const before = watched.github.requests.length;
    expect(await watched.watch()).toEqual([]);
    expect(watched.github.requests.slice(before).map(({ path, status }) => [path, status])).toEqual([
      ["/repos/acme/hello/git/matching-refs/tags", 304],
    ]);
  });

  test("is rebuilt as a new revision when an architecture is added", async () => {
    const { extension, releases } = watched;
    const both = extension.definition.architectures;
    releases.splice(0);
    extension.definition.architectures = ["x86-64"];
    watched.publish(await watched.watch());
    expect(await watched.watch()).toEqual([]);
    extension.definition.architectures = both;
    const orders = await watched.watch();
    expect(orders.map(({ architecture, version }) => [architecture, version.revision])).toEqual([
      ["x86-64", 2],
      ["arm64", 2],
    ]);
  });

  test("whose tag was recreated on the same commit is unchanged", async () => {
    const commit = watched.upstream.state.tags.get("v1.0.0")?.commit ?? "";
    watched.upstream.tag("v1.0.0", { commit, annotated: true });
    expect(await watched.watch()).toEqual([]);
  });

  test("whose archives were replaced under a recreated tag is an error", async () => {
    const commit = watched.upstream.state.tags.get("v1.0.0")?.commit ?? "";
    watched.upstream.tag("v1.0.0", { commit, annotated: true });
    watched.upstream.state.releases.length = 0;
    const name = "hello-v1.0.0-linux-amd64.tar.gz";
    const other = hash("sha256", "other bytes");
    const list = `${other}  ${name}\n${hash("sha256", "the archive hello-v1.0.0-linux-aarch64.tar.gz")}  hello-v1.0.0-linux-aarch64.tar.gz\n`;
    watched.release("v1.0.0", { assets: { [name]: "other bytes", SHA256SUMS: list } });
    await expect(watched.watch()).rejects.toMatchObject({
      code: "upstream-moved",
      expected: expect.stringMatching(
        /^the files of v1\.0\.0 in acme\/hello to be what hello-v1\.0\.0 was built from/,
      ),
      found: other,
    });
  });
});
