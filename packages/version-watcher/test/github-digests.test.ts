import { hash } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { openWatched, type Watched } from "./upstream.ts";

let watched: Watched;
afterEach(() => watched[Symbol.asyncDispose]());

const names = ["hello-v1.0.0-linux-amd64.tar.gz", "hello-v1.0.0-linux-aarch64.tar.gz"] as const;
const digestOf = (name: string) => hash("sha256", `the archive ${name}`);
const line = (name: string) => `${digestOf(name)}  ${name}\n`;
const [digest] = names.map(digestOf);

/** Opens hello with these keys of `upstreams.github` besides the usual ones. */
async function open(keys: object, assets: Record<string, string | undefined> = {}): Promise<void> {
  watched = await openWatched("releases", {}, keys);
  watched.release("v1.0.0", { assets: { SHA256SUMS: undefined, ...assets } });
}

describe("the digest of an archive comes from", () => {
  test.each<[string, object, Record<string, string>, object]>([
    [
      "a list whose name has the version and the architecture",
      { checksums: "hello_{version}_{arch}_checksums.txt" },
      Object.fromEntries(
        ["amd64", "aarch64"].map((arch, index) => [`hello_1.0.0_${arch}_checksums.txt`, line(names[index]!)]),
      ),
      { checksums: "hello_1.0.0_amd64_checksums.txt" },
    ],
    [
      "the one of several lists that has it",
      { checksums: ["one.txt", "other.txt"] },
      { "one.txt": line(names[1]), "other.txt": line(names[0]) },
      { checksums: "other.txt" },
    ],
    [
      "a file beside it with a name",
      { checksums: "{file}.sha256sum" },
      Object.fromEntries(names.map((name) => [`${name}.sha256sum`, line(name)])),
      { checksums: `${names[0]}.sha256sum` },
    ],
    [
      "a file beside it without a name and a line end",
      { checksums: "{file}.sha256" },
      Object.fromEntries(names.map((name) => [`${name}.sha256`, digestOf(name).toUpperCase()])),
      { checksums: `${names[0]}.sha256` },
    ],
    [
      "a list with folders and blanks of another kind",
      {},
      { SHA256SUMS: names.map((name) => `${digestOf(name)}\t*./dist/${name}\r\n`).join("") },
      { checksums: "SHA256SUMS" },
    ],
    [
      "a list as BSD's tools write it",
      {},
      { SHA256SUMS: names.map((name) => `SHA256 (${name}) = ${digestOf(name)}\n`).join("") },
      { checksums: "SHA256SUMS" },
    ],
    ["GitHub", { checksums: "github" }, {}, { vouchedBy: "github" }],
    [
      "the definition",
      {
        checksums: "definition",
        digests: { "1.0.0": Object.fromEntries(names.map((name) => [name, digestOf(name)])) },
      },
      {},
      { vouchedBy: "definition" },
    ],
  ])("%s", async (_, keys, assets, evidence) => {
    await open(keys, assets);
    const [order] = await watched.watch();
    expect(order?.inputs).toMatchObject([{ name: "hello.tar.gz", sha256: digest, origin: evidence }]);
  });
});

describe("a version is unavailable", () => {
  test.each<[string, object, Record<string, string>, string]>([
    [
      "without one of several lists",
      { checksums: ["one.txt", "other.txt"] },
      { "one.txt": "" },
      "has no other.txt yet, only hello-v1.0.0-linux-amd64.tar.gz, hello-v1.0.0-linux-aarch64.tar.gz, one.txt",
    ],
    [
      "without a digest in the definition",
      { checksums: "definition", digests: { "0.9.0": { x: digest } } },
      {},
      `has no SHA-256 of ${names[0]} in "digests"`,
    ],
  ])("%s", async (_, keys, assets, reason) => {
    await open(keys, assets);
    await expect(watched.watch({ version: "1.0.0" })).rejects.toMatchObject({
      found: `"1.0.0", which ${reason}`,
    });
  });

  test("without GitHub's digest, where that is what counts", async () => {
    await open({ checksums: "github" });
    watched.upstream.asset("v1.0.0", names[0]).digest = null;
    await expect(watched.watch({ version: "1.0.0" })).rejects.toMatchObject({
      found: `"1.0.0", which has no digest from GitHub for ${names[0]}`,
    });
  });
});

describe("the watch fails for", () => {
  const other = hash("sha256", "other bytes");
  const full = names.map((name) => `${digestOf(name)}  ${name}\n`).join("");

  test.each<[string, object, Record<string, string>, object]>([
    [
      "two lists that disagree",
      { checksums: ["one.txt", "other.txt"] },
      { "one.txt": full, "other.txt": full.replaceAll(digest!, other) },
      {
        code: "digest-mismatch",
        expected: expect.stringMatching(
          /^all lists of checksums to have the SHA-256 .* for hello-v1\.0\.0-linux-amd64/,
        ),
        found: expect.stringContaining("other.txt"),
      },
    ],
    [
      "lists that both lack the file",
      { checksums: ["one.txt", "other.txt"] },
      { "one.txt": "\n", "other.txt": "" },
      { code: "manifest-invalid", found: "no such line" },
    ],
    [
      "a file beside the archive that names another file",
      { checksums: "{file}.sha256" },
      Object.fromEntries(names.map((name) => [`${name}.sha256`, `${other}  other.tar.gz`])),
      { code: "manifest-invalid", found: "no such line" },
    ],
    [
      "a list whose only line is a digest without a name",
      { checksums: "SHA256" },
      { SHA256: other },
      { code: "manifest-invalid", found: "no such line" },
    ],
    [
      "a list that contradicts the definition",
      { digests: { "1.0.0": { [names[0]]: other } } },
      { SHA256SUMS: full },
      {
        code: "digest-mismatch",
        found: `${other}, as "digests" in extensions/hello/extension.yaml says`,
      },
    ],
  ])("%s", async (_, keys, assets, error) => {
    await open(keys, assets);
    await expect(watched.watch()).rejects.toMatchObject(error);
  });
});

/** The version that is ordered of a repository with these tags. */
async function newestOf(tags: readonly string[], form?: string): Promise<string | undefined> {
  watched = await openWatched("tags", {}, form === undefined ? {} : { tags: form });
  for (const tag of tags) watched.upstream.tag(tag);
  return (await watched.watch())[0]?.version.upstream;
}

describe("a version is found in tags", () => {
  test.each<[string, readonly string[], string | undefined, string]>([
    [
      "with a prefix, where other tags are of another series",
      ["v9.0.0", "api/v1.2.0"],
      "api/v{version}",
      "1.2.0",
    ],
    ["without the prefix of another series", ["v9.0.0", "api/v10.0.0"], "v{version}", "9.0.0"],
    ["with a suffix", ["1.0.0-stable", "2.0.0-beta-x"], "{version}-stable", "1.0.0"],
    ["with build metadata", ["v1.34.1+k3s2", "v1.34.1+k3s10", "v1.34.0+k3s99"], undefined, "1.34.1+k3s10"],
    ["of two parts", ["4.8", "4.10", "4.9.1"], undefined, "4.10"],
  ])("%s", async (_, tags, form, version) => {
    expect(await newestOf(tags, form)).toBe(version);
  });
});

test("a version is written as upstream does it in the name of an asset", async () => {
  watched = await openWatched(
    "releases",
    {},
    { rewrite: { "+": "-" }, asset: "hello-{version}.{arch}.tgz", checksums: "github" },
  );
  watched.upstream.release("v1.34.1+rke2r1", {
    assets: { "hello-1.34.1-rke2r1.amd64.tgz": "one", "hello-1.34.1-rke2r1.aarch64.tgz": "other" },
  });
  const [order] = await watched.watch();
  expect(order).toMatchObject({
    version: { upstream: "1.34.1+rke2r1" },
    inputs: [{ name: "hello.tar.gz", sha256: hash("sha256", "one") }],
  });
});

test("several assets of a release are ordered, also ones that no single template names", async () => {
  watched = await openWatched(
    "releases",
    {},
    {
      ...{
        asset: undefined,
        take: undefined,
        arch: { "x86-64": "", arm64: "-aarch64" },
        checksums: "github",
      },
      files: [
        { asset: "server{arch}", to: "usr/bin/server" },
        { asset: { "x86-64": "tool.zip", arm64: "tool-for-arm.zip" }, take: { tool: "usr/bin/tool" } },
      ],
    },
  );
  const assets = Object.fromEntries(
    ["server", "server-aarch64", "tool.zip", "tool-for-arm.zip"].map((name) => [name, name]),
  );
  watched.upstream.release("v1.0.0", { assets });
  const orders = await watched.watch();
  expect(orders.map(({ inputs }) => inputs)).toMatchObject([
    [
      { name: "hello", sha256: hash("sha256", "server"), to: "usr/bin/server" },
      { name: "hello.2.zip", sha256: hash("sha256", "tool.zip"), take: { tool: "usr/bin/tool" } },
    ],
    [
      { name: "hello", sha256: hash("sha256", "server-aarch64") },
      { name: "hello.2.zip", sha256: hash("sha256", "tool-for-arm.zip") },
    ],
  ]);
});
