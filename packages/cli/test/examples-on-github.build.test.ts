import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { examplesOfArchives } from "./examples-of-archives.ts";
import { examplesOfPrograms } from "./examples-of-programs.ts";
import { root } from "./paths.ts";
import { startUpstreamServers, type UpstreamServers } from "./upstream-servers.ts";

const examplesOnGitHub = { ...examplesOfArchives, ...examplesOfPrograms };

let servers: UpstreamServers;
beforeAll(async () => {
  servers = await startUpstreamServers();
});
afterAll(() => servers[Symbol.asyncDispose]());

describe("the example is built and runs:", () => {
  test.each(Object.entries(examplesOnGitHub))("%s", async (name, { version, paths, publish }) => {
    await publish(servers);
    const built = await servers.build(name);
    expect(built.record.version.upstream).toBe(version);
    expect(built.paths).toEqual(expect.arrayContaining([...paths]));
  });

  test("rke2 without the file that it leaves out", async () => {
    expect((await servers.build("rke2")).paths).not.toContain("/usr/local/bin/rke2-uninstall.sh");
  });
});

test("every example has such a test", async () => {
  const tested = [
    ...Object.keys(examplesOnGitHub),
    // examples-of-sources.build.test.ts
    ...["containerd", "kubernetes", "wasmcloud"],
    // examples-on-web-servers.build.test.ts
    ...["consul", "nomad", "vault", "crio", "docker-engine", "falco", "tailscale"],
    // example.build.test.ts
    "hello",
  ];
  expect((await readdir(join(root, "examples"))).toSorted()).toEqual(tested.toSorted());
});
