import { startGitHub, type GitHub, type Repository } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openWorkshop, type Workshop } from "./kiln.ts";

const to = ["--to", "github:acme/extensions"];

let github: GitHub;
let repository: Repository;
let workshop: Workshop;
beforeAll(async () => {
  github = await startGitHub();
  repository = github.repository("acme/extensions");
  workshop = await openWorkshop();
  Object.assign(workshop.environment, github.environment);
  await workshop.offer("1.2.0-1");
});
afterAll(async () => {
  await workshop[Symbol.asyncDispose]();
  await github[Symbol.asyncDispose]();
});

describe("kiln release --to github:OWNER/REPO", () => {
  test("publishes to the repository, and says where hosts update from", async () => {
    const { stdout, stderr, status } = await workshop.kiln("release", ...to);
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

  test("then has nothing to do, and every command finds what is there", async () => {
    expect((await workshop.kiln("release", ...to)).stdout).toContain("Nothing to do: github:acme/extensions");
    expect((await workshop.kiln("list", ...to)).stdout).toMatch(/^hello +.* 1\.2\.0$/m);
    expect((await workshop.kiln("plan", ...to)).stdout).toContain("Nothing to build");
    const verified = await workshop.kiln("verify", "github:acme/extensions");
    expect(verified).toMatchObject({ stderr: "", status: 0 });
    expect(verified.stdout).toContain("releases/download/hello-v1.2.0/hello-1.2.0-arm64.raw");
    const base = `${github.environment["GITHUB_SERVER_URL"]}/acme/extensions`;
    expect((await workshop.kiln("verify", base)).stdout).toContain(
      "releases/latest/download/hello-1.2.0-arm64.raw",
    );
    const config = await workshop.kiln("host-config", "hello", "--base-url", base, ...to);
    expect(config.stdout).toContain(`${base}/releases/download/hello-v1.2.0/hello-1.2.0-x86-64.raw`);
  });

  test("asks for a token before anything is built", async () => {
    const { GITHUB_TOKEN: token = "" } = workshop.environment;
    workshop.environment["GITHUB_TOKEN"] = "";
    const { stdout, stderr, status } = await workshop.kiln("release", ...to);
    workshop.environment["GITHUB_TOKEN"] = token;
    expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
    expect(stderr).toMatch(/^error \(token-invalid\): expected GITHUB_TOKEN .* acme\/extensions/);
  });

  test("refuses what is no repository", async () => {
    const { stderr, status } = await workshop.kiln("plan", "--to", "github:acme");
    expect(stderr).toMatch(/^error \(usage\)/);
    expect(status).toBe(2);
  });
});
