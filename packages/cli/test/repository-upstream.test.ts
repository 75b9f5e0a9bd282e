import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startWebServer } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTestRepository, type TestRepository } from "./test-repository.ts";

/** The upstream `http` on a web server that has nothing. */
const upstreamAt = (url: string) => `  http:
    versions: { html: { url: "${url}/list", pattern: "hello-{version}" } }
    url: ${url}/hello-{version}
    checksums: ${url}/SHA256SUMS
    to: usr/bin/hello
`;

let repository: TestRepository;
beforeEach(async () => {
  repository = await openTestRepository();
  await repository.offer("1.0.0-1");
});
afterEach(() => repository[Symbol.asyncDispose]());

describe("the upstream in kiln.yaml", () => {
  test("is used if none is requested", async () => {
    await writeFile(join(repository.folder, "kiln.yaml"), "upstream: http\n");
    await using server = await startWebServer();
    await repository.define({ "upstreams:\n": `upstreams:\n${upstreamAt(server.origin)}` });
    const asking = [["plan"], ["list"], ["build", "hello"], ["release", "--to", "other"]];
    for (const args of asking)
      expect((await repository.kiln(...args)).stderr).toContain(`${server.origin}/list`);
    expect((await repository.kiln("plan", "hello", "--from", "debian")).stdout).toMatch(
      /hello +1\.0\.0 +x86-64 +debian/,
    );
  });

  test("is not required of an extension that lacks it", async () => {
    await writeFile(join(repository.folder, "kiln.yaml"), "upstream: github\n");
    expect((await repository.kiln("plan", "hello")).stdout).toMatch(/hello +1\.0\.0 +x86-64 +debian/);
    expect((await repository.kiln("plan", "hello", "--from", "github")).stderr).toMatch(/unknown-upstream/);
  });

  test("is not in an environment variable", async () => {
    repository.environment["KILN_UPSTREAM"] = "debian";
    expect((await repository.kiln("plan", "hello")).stderr).toMatch(
      /settings-invalid[^]*write "upstream: debian" into kiln\.yaml if .*, and remove KILN_UPSTREAM/,
    );
  });
});
