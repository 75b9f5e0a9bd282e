import { startGitHub, type GitHub, type Repository } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestRepository, type TestRepository } from "./test-repository.ts";

const to = ["--to", "github:acme/extensions"];

let github: GitHub;
let repository: Repository;
let helloRepository: TestRepository;
beforeAll(async () => {
  github = await startGitHub();
  repository = github.repository("acme/extensions");
  helloRepository = await openTestRepository();
  Object.assign(helloRepository.environment, github.environment);
  await helloRepository.addKilnHost();
  await helloRepository.offer("1.2.0-1");
});
afterAll(async () => {
  await helloRepository[Symbol.asyncDispose]();
  await github[Symbol.asyncDispose]();
});

describe("kiln release --to github:OWNER/REPO", () => {
  test("publishes to the repository, and prints where hosts update from", async () => {
    const { stdout, stderr, status } = await helloRepository.kiln("release", ...to);
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    const base = `${github.environment["GITHUB_SERVER_URL"]}/acme/extensions`;
    expect(stdout).toContain(`Hosts update from ${base}/releases/latest/download/`);
    expect(repository.state.releases.map(({ tag, draft }) => ({ tag, draft }))).toEqual(
      expect.arrayContaining([
        { tag: "hello-v1.2.0", draft: false },
        { tag: "updates-1", draft: false },
      ]),
    );
  });

  test("then finds nothing to do, and every command reads what is published", async () => {
    expect((await helloRepository.kiln("release", ...to)).stdout).toContain(
      "Nothing to do: github:acme/extensions",
    );
    expect((await helloRepository.kiln("list", ...to)).stdout).toMatch(/^hello +.* 1\.2\.0$/m);
    expect((await helloRepository.kiln("plan", ...to)).stdout).toContain("Nothing to build");
    const verified = await helloRepository.kiln("verify", "github:acme/extensions");
    expect(verified).toMatchObject({ stderr: "", status: 0 });
    expect(verified.stdout).toContain("releases/download/hello-v1.2.0/hello-1.2.0-arm64.raw");
    const base = `${github.environment["GITHUB_SERVER_URL"]}/acme/extensions`;
    expect((await helloRepository.kiln("verify", base)).stdout).toContain(
      "releases/latest/download/hello-1.2.0-arm64.raw",
    );
    const config = await helloRepository.kiln("host-config", "hello", "--base-url", base, ...to);
    expect(config.stdout).toContain(`${base}/releases/download/hello-v1.2.0/hello-1.2.0-x86-64.raw`);
  });

  test("requires a token before anything is built", async () => {
    const { GITHUB_TOKEN: token = "" } = helloRepository.environment;
    helloRepository.environment["GITHUB_TOKEN"] = "";
    const { stdout, stderr, status } = await helloRepository.kiln("release", ...to);
    helloRepository.environment["GITHUB_TOKEN"] = token;
    expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
    expect(stderr).toMatch(/^error \(token-invalid\): expected GITHUB_TOKEN .* acme\/extensions/);
  });

  test("refuses a name that is not a repository's", async () => {
    const { stderr, status } = await helloRepository.kiln("plan", "--to", "github:acme");
    expect(stderr).toMatch(/^error \(usage\)/);
    expect(status).toBe(2);
  });
});
