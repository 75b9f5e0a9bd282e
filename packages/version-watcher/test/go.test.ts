import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildOrder, definitionSchema, type Extension, type ModuleInput } from "@sysext-kiln/extension";
import type { Release } from "@sysext-kiln/release-store";
import { helloData, type GoProxy, startGoProxy } from "@sysext-kiln/testbed";
import { run } from "@sysext-kiln/machine";
import { openUpstream, sharedAccess, watchExtension } from "@sysext-kiln/version-watcher";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { noArchive, releaseOf } from "./release.ts";

let cache: string;
let log: string[];
let releases: Release[];
let proxy: GoProxy;
let module: string;
let number = 0;

// Settings are read once in a process, so all tests share a proxy, and each has modules of its own.
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), "kiln-go-watch-"));
  proxy = await startGoProxy();
  const variables = { ...proxy.environment, GONOSUMDB: "*.private.test", GONOPROXY: "git.private.test" };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value === "" ? undefined : value);
  vi.stubEnv("KILN_CACHE_DIR", cache);
  for (const version of ["go1.25.9", "go1.26.3", "go1.27.0", "go1.27.1"]) proxy.addToolchain(version);
  return async () => {
    await proxy[Symbol.asyncDispose]();
    await rm(cache, { recursive: true });
  };
});
beforeEach(() => {
  [log, releases] = [[], []];
  module = `example.com/hello${number++}`;
});

/** Publishes a version of the test's module. */
function publish(version: string, goMod = "go 1.27\n", of = module): void {
  proxy.publish(of, version, { "go.mod": `module ${of}\n\n${goMod}`, "main.go": "package main\n" });
}

function extension(go: object = {}): Extension {
  const upstreams = { go: { module, programs: { "usr/bin/hello": "." }, ...go } };
  return { folder: cache, definition: definitionSchema.parse({ ...helloData(), static: true, upstreams }) };
}

const archive = noArchive((line) => void log.push(line));

function watch(of = extension(), version?: string): Promise<BuildOrder[]> {
  const upstream = openUpstream("go", of, { ...sharedAccess()(() => undefined), archive });
  return watchExtension(of, { upstream, archive, releases, version });
}

function modulesIn(orders: readonly BuildOrder[]): ModuleInput[] {
  return orders.flatMap(({ inputs }) => inputs.flatMap((input) => ("module" in input ? [input] : [])));
}

/** Publishes the orders as one release. */
const release = (orders: readonly BuildOrder[]) => releases.push(releaseOf(orders, String(releases.length)));

test("the newest version of a module is ordered, pinned by the checksum database's digest", async () => {
  publish("v1.2.2");
  publish("v1.2.3");
  publish("v1.3.0-rc.0");
  const orders = await watch(extension({ ldflags: ["-X main.version=v{version}-{minor}"], tags: ["netgo"] }));
  expect(orders.map(({ architecture, version }) => [architecture, version.upstream])).toEqual([
    ["x86-64", "1.2.3"],
    ["arm64", "1.2.3"],
  ]);
  expect(modulesIn(orders)[0]).toEqual({
    name: module.replace("/", "-"),
    module,
    version: "v1.2.3",
    sum: expect.stringMatching(/^h1:/),
    epoch: Date.parse("2026-01-02T03:04:05Z") / 1000,
    toolchain: "go1.27.1",
    programs: { "usr/bin/hello": module },
    tags: ["netgo"],
    ldflags: ["-X main.version=v1.2.3-2"],
    origin: { kind: "go", proxy: proxy.url, checksumDatabase: "sum.test" },
  });
});

test("an upper-case letter in a module's path is one for the proxy as well", async () => {
  module = "example.com/Upper";
  publish("v1.0.0");
  expect(modulesIn(await watch())[0]).toMatchObject({ name: "example.com-upper", module });
});

test("a module without a go.mod is ordered by its version without a suffix", async () => {
  publish("v2.0.0+incompatible", "");
  const [order] = await watch();
  expect(order?.version.upstream).toBe("2.0.0");
  expect(modulesIn(await watch())[0]?.version).toBe("v2.0.0+incompatible");
});

test("a module that is exempt from the checksum database is recorded as such", async () => {
  module = "proxied.private.test/hello";
  publish("v1.0.0");
  expect(modulesIn(await watch())[0]?.origin).toEqual({ kind: "go", proxy: proxy.url });
});

test("a module that is exempt from the proxy comes from its repository, and is recorded as such", async () => {
  module = "git.private.test/hello.git";
  const repository = join(cache, "repositories/hello.git");
  await mkdir(repository, { recursive: true });
  await writeFile(join(repository, "go.mod"), `module ${module}\n\ngo 1.21\n`);
  await writeFile(join(repository, "main.go"), "package main\n\nfunc main() {}\n");
  const git = (...args: string[]) =>
    run("git", ["-c", "user.name=kiln", "-c", "user.email=kiln@example.org", ...args], { cwd: repository });
  await git("init", "--quiet");
  await git("add", ".");
  await git("commit", "--quiet", "--message", "first");
  await git("tag", "v1.0.0");
  // As a developer's own settings of git say how to reach the company's server.
  vi.stubEnv("GIT_CONFIG_COUNT", "1");
  vi.stubEnv("GIT_CONFIG_KEY_0", `url.file://${join(cache, "repositories")}/.insteadOf`);
  vi.stubEnv("GIT_CONFIG_VALUE_0", "https://git.private.test/");
  const before = proxy.requests.length;
  const [input] = modulesIn(await watch());
  expect(input).toMatchObject({ module, version: "v1.0.0", origin: { kind: "go", proxy: "direct" } });
  expect(input?.origin).not.toHaveProperty("checksumDatabase");
  expect(proxy.requests.slice(before).filter(({ path }) => path.includes("hello"))).toEqual([]);
});

describe("a version is skipped, and refused with the reason,", () => {
  beforeEach(() => publish("v1.0.0"));

  test("if a later version retracts it", async () => {
    publish("v1.1.0");
    publish("v1.2.0-rc.0", "go 1.27\nretract v1.1.0 // loses data on arm64\n");
    publish("v1.0.1", "go 1.27\nretract v1.1.0 // loses data on arm64\n");
    publish("v1.3.0", "go 1.27\nretract [v1.1.0, v1.3.0] // loses data on arm64\n");
    const [order] = await watch();
    expect(order?.version.upstream).toBe("1.0.1");
    expect(log).toContain(`skipping hello 1.3.0, which is retracted by ${module}: loses data on arm64`);
    await expect(watch(extension(), "1.1.0")).rejects.toMatchObject({
      code: "unknown-version",
      found: `"1.1.0", which is retracted by ${module}: loses data on arm64`,
    });
  });

  test("if another of its modules lacks it", async () => {
    publish("v1.1.0");
    publish("v1.0.0", "go 1.27\n", `${module}/tool`);
    const tool = { module: `${module}/tool` };
    const [order] = await watch(extension({ programs: { "usr/bin/hello": ".", "usr/bin/tool": tool } }));
    expect(order?.version.upstream).toBe("1.0.0");
    expect(order?.inputs).toHaveLength(2);
    expect(log.join()).toMatch(
      /skipping hello 1\.1\.0, which is not available for .*\/tool: .*404 Not Found/,
    );
  });

  test("if it needs a Go that the proxy does not have", async () => {
    publish("v1.1.0", "go 1.27.9\n");
    const [order] = await watch();
    expect(order?.version.upstream).toBe("1.0.0");
    expect(log.join()).toMatch(/1\.1\.0, which needs Go 1\.27\.9, which the module proxy does not have yet/);
  });
});

describe("the toolchain is the newest patch release", () => {
  test.each([
    ["of the series that the module asks for", "go 1.26.0\n", {}, "go1.26.3"],
    ["of the series that it suggests", "go 1.26.0\n\ntoolchain go1.27.0\n", {}, "go1.27.1"],
    [
      "of the oldest series with security fixes, if the module asks for an older one",
      "go 1.19\n",
      {},
      "go1.26.3",
    ],
    ["of the series that the definition asks for", "go 1.26.0\n", { toolchain: "1.27" }, "go1.27.1"],
  ])("%s", async (_, goMod, go, toolchain) => {
    publish("v1.0.0", goMod);
    expect(modulesIn(await watch(extension(go)))[0]?.toolchain).toBe(toolchain);
  });
});

describe("a published version", () => {
  beforeEach(async () => {
    publish("v1.0.0", "go 1.26.0\n");
    release(await watch());
  });

  test("costs two conditional requests, one of them for the toolchains of all extensions", async () => {
    const before = proxy.requests.length;
    expect(await watch()).toEqual([]);
    expect(proxy.requests.slice(before)).toEqual([
      { path: `/${module}/@v/list`, status: 304 },
      { path: "/golang.org/toolchain/@v/list", status: 304 },
    ]);
  });

  test("is a new revision when its toolchain has a newer patch release", async () => {
    proxy.addToolchain("go1.26.4");
    const orders = await watch();
    expect(orders.map(({ version }) => version.revision)).toEqual([2, 2]);
    expect(modulesIn(orders)[0]?.toolchain).toBe("go1.26.4");
    release(orders);
    expect(await watch()).toEqual([]);
  });

  test("is not built again with an older toolchain", async () => {
    const newer = releases[0]?.notes.replaceAll("go1.26.4", "go1.26.99") ?? "";
    releases.splice(0, 1, { ...expectDefined(releases[0]), notes: newer });
    expect(await watch(extension({ tags: ["netgo"] }))).toEqual([]);
    expect(log.join()).toMatch(/not rebuilding hello 1\.0\.0: .*go1\.26\.4 here, older than .*go1\.26\.99/);
  });

  test("whose files have changed is an error", async () => {
    const notes = releases[0]?.notes.replaceAll(/h1:[^ ]+/g, `h1:${"A".repeat(43)}=`) ?? "";
    releases.splice(0, 1, { ...expectDefined(releases[0]), notes });
    await expect(watch(extension({ tags: ["netgo"] }))).rejects.toMatchObject({ code: "upstream-moved" });
  });
});

function expectDefined<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("nothing was published");
  return value;
}

test("files that the checksum database contradicts are an error", async () => {
  publish("v1.0.0");
  proxy.publish(module, "v1.0.0", { "go.mod": `module ${module}\n\ngo 1.27\n`, "main.go": "package evil\n" });
  await expect(watch()).rejects.toMatchObject({
    code: "digest-mismatch",
    found: expect.stringContaining("checksum mismatch"),
  });
});

test("a module that does not exist is an error", async () => {
  await expect(watch()).rejects.toMatchObject({ code: "download-missing" });
});
