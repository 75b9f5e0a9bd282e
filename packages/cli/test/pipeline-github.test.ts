import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Outcome } from "@sysext-kiln/machine";
import { startGitHub, type GitHub, type Repository } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { githubUpstream, releaseHello } from "./hello-upstream.ts";
import { serveDirectory } from "./serve.ts";
import { openTestRepository, type TestRepository } from "./test-repository.ts";

let helloRepository: TestRepository;
let github: GitHub;
let upstream: Repository;
beforeEach(async () => {
  helloRepository = await openTestRepository();
  github = await startGitHub();
  upstream = github.repository("acme/hello");
  Object.assign(helloRepository.environment, github.environment);
  await helloRepository.define({ "upstreams:": `upstreams:\n${githubUpstream}` });
});
afterEach(async () => {
  await github[Symbol.asyncDispose]();
  await helloRepository[Symbol.asyncDispose]();
});

const debianUpstream = `  debian:
    suites: [trixie]
    packages:
      hello:
        usr/bin/hello: usr/bin/hello
`;

const release = (version: string, files?: Record<string, string>) => releaseHello(upstream, version, files);

const releaseFromGitHub = (...args: string[]): Promise<Outcome> =>
  helloRepository.kiln("release", ...args, "--from", "github", "--to", "public");

/** The number of requests to the API. */
const apiRequests = () => github.requests.filter(({ part }) => part === "api").length;

describe("a release from GitHub", { timeout: 120_000 }, () => {
  test("publishes both architectures, and the next run takes one request, answered with 304", async () => {
    await release("1.0.0");
    const first = await releaseFromGitHub("hello");
    expect(first.stderr).toBe("");
    expect(first.stdout).toMatch(
      /hello-1\.0\.0-arm64\.raw +\S+ kB +0:\d\d +releases\/download\/hello-v1\.0\.0\//,
    );
    expect((await helloRepository.kiln("verify", "public")).status).toBe(0);
    const before = apiRequests();
    expect((await releaseFromGitHub()).stdout).toMatch(/Nothing to do/);
    expect(apiRequests() - before).toBe(1);
    expect(github.requests.at(-1)?.status).toBe(304);
  });

  test("publishes a version with build metadata, which is served under its name", async () => {
    await release("1.0.0+k3s1");
    await release("1.0.0");
    expect(await releaseFromGitHub("hello")).toMatchObject({ stderr: "", status: 0 });
    expect((await helloRepository.kiln("verify", "public")).status).toBe(0);
    const image = "hello-1.0.0+k3s1-x86-64.raw";
    const folder = join(helloRepository.public, "releases/latest/download");
    expect(await readdir(folder)).toContain(image);
    await using server = await serveDirectory(helloRepository.public);
    for (const name of [image, encodeURIComponent(image)]) {
      const response = await fetch(`${server.baseUrl}/releases/latest/download/${name}`);
      expect(Buffer.from(await response.arrayBuffer())).toEqual(await readFile(join(folder, image)));
    }
    expect((await releaseFromGitHub()).stdout).toMatch(/Nothing to do/);
  });

  test("publishes a version with build metadata to GitHub, where its images are found again", async () => {
    await release("1.0.0+k3s1");
    github.repository("acme/extensions");
    const to = ["--from", "github", "--to", "github:acme/extensions"];
    expect(await helloRepository.kiln("release", "hello", ...to)).toMatchObject({ stderr: "", status: 0 });
    const base = `${github.environment.GITHUB_SERVER_URL}/acme/extensions`;
    const verified = await helloRepository.kiln("verify", base);
    expect(verified).toMatchObject({ stderr: "", status: 0 });
    expect(verified.stdout).toContain("releases/latest/download/hello-1.0.0+k3s1-arm64.raw");
    expect((await helloRepository.kiln("release", ...to)).stdout).toContain("Nothing to do");
  });

  test("is unchanged when the archive offers the same version, which is not built again", async () => {
    await release("1.0.0");
    await releaseFromGitHub();
    await helloRepository.offer("1.0.0-1");
    expect((await helloRepository.kiln("release", "--to", "public")).stdout).toMatch(/Nothing to do/);
  });

  test("continues from what the archive offered before", async () => {
    await helloRepository.offer("1.0.0-1");
    expect((await helloRepository.kiln("release", "--to", "public")).status).toBe(0);
    await release("1.0.0");
    expect((await releaseFromGitHub()).stdout).toMatch(/Nothing to do/);
    await release("1.1.0");
    expect((await releaseFromGitHub()).stdout).toMatch(/hello-1\.1\.0-x86-64\.raw/);
  });

  test("prints a table of where versions come from", async () => {
    await release("1.0.0");
    await release("1.1.0-rc.1");
    await helloRepository.offer("0.9.0-1");
    const list = async (...args: string[]) => (await helloRepository.kiln("list", ...args)).stdout;
    expect(await list("--from", "github")).toMatch(/^hello +github +1\.1\.0-rc\.1, 1\.0\.0 +1\.0\.0 +-$/m);
    expect(await list()).toMatch(/^hello +debian +0\.9\.0 +0\.9\.0 +-$/m);
    await helloRepository.define({ [debianUpstream]: `${githubUpstream}\n` });
    expect(await list()).toMatch(/^hello +github +1\.1\.0-rc\.1, 1\.0\.0 +1\.0\.0 +-$/m);
    expect(await list("--from", "debian")).toMatch(/^hello +- +- +- +-$/m);
  });

  test("skips an extension without that upstream, and reports it", async () => {
    await helloRepository.define();
    const { stdout, status } = await releaseFromGitHub();
    expect(stdout).toMatch(/skipped: it has no upstream github, only debian/);
    expect(status).toBe(0);
  });
});

describe("there is one clear error and no partial result for", { timeout: 120_000 }, () => {
  beforeEach(() => release("1.0.0"));

  test.each([
    [
      "an unknown upstream",
      ["release", "--from", "gitlab"],
      2,
      /Allowed choices are debian, go, github, http/,
    ],
    [
      "a version that is not on GitHub",
      ["build", "hello", "9.9.9", "--from", "github"],
      1,
      /unknown-version.*github offers: 1\.0\.0.*"9\.9\.9", which upstream does not have/s,
    ],
    [
      "a version with a path",
      ["build", "hello", "../../x", "--from", "github"],
      2,
      /usage.*a version: numbers/s,
    ],
  ])("%s", async (_, args, status, message) => {
    const outcome = await helloRepository.kiln(...args);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.status).toBe(status);
    await expect(stat(helloRepository.public)).rejects.toThrow("ENOENT");
  });

  test("an upstream that the named extension does not have", async () => {
    await helloRepository.define();
    const { stderr, status } = await releaseFromGitHub("hello");
    expect(stderr).toMatch(/unknown-upstream.*an upstream that hello has: debian\n +found: github/s);
    expect(status).toBe(2);
  });

  test("an archive whose digest is not the one in the release's list", async () => {
    const asset = upstream.asset("v1.0.0", "hello-1.0.0-aarch64.tar.gz");
    asset.bytes = Buffer.concat([asset.bytes, Buffer.from("x")]);
    const { stderr, status } = await releaseFromGitHub();
    expect(stderr).toMatch(/digest-mismatch.*hello-1\.0\.0-aarch64\.tar\.gz to have the SHA-256/s);
    expect(status).toBe(1);
    expect(await readdir(helloRepository.public)).not.toContain("releases");
  });

  test("a tag that has moved", async () => {
    await releaseFromGitHub();
    const before = await readFile(
      join(helloRepository.public, "releases/latest/download/SHA256SUMS"),
      "utf8",
    );
    upstream.tag("v1.0.0");
    upstream.state.releases.length = 0;
    await release("1.0.0", { "hello-1.0.0/more": "something else" });
    const { stderr, status } = await releaseFromGitHub();
    expect(stderr).toMatch(
      /upstream-moved.*v1\.0\.0 in acme\/hello.*"upstreams\.github\.pins".*"versions\.exclude"/s,
    );
    expect(status).toBe(1);
    const manifest = () =>
      readFile(join(helloRepository.public, "releases/latest/download/SHA256SUMS"), "utf8");
    expect(await manifest()).toBe(before);

    // The message says what to write where after a review.
    const pin = /"(?<pin>v1\.0\.0: [0-9a-f]{40})" to "upstreams\.github\.pins"/.exec(stderr)?.groups?.["pin"];
    await helloRepository.define({ "upstreams:": `upstreams:\n${githubUpstream}\n    pins: { ${pin} }` });
    expect((await releaseFromGitHub()).status).toBe(0);
    expect(await manifest()).toContain("hello-1.0.0-2-arm64.raw");
    const permanent = join(helloRepository.public, "releases/download/hello-v1.0.0/SHA256SUMS");
    const first = await readFile(permanent, "utf8");
    for (const line of before.match(/^.*\.raw$/gm) ?? []) expect(first).toContain(line);
  });

  test("a token that GitHub refuses, which is not printed", async () => {
    helloRepository.environment["GITHUB_TOKEN"] = "ghs_secret";
    const { stdout, stderr, status } = await helloRepository.kiln("--verbose", "plan", "--from", "github");
    expect(stderr).toMatch(/token-invalid/);
    expect(status).toBe(1);
    expect(stdout + stderr).not.toContain("ghs_secret");
  });
});
