import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { settings } from "@sysext-kiln/machine";
import type { WorkflowRun } from "@sysext-kiln/testbed/workflow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import {
  errorsOf,
  jobsOf,
  openHostedRepository,
  tagsOf,
  type HostedRepository,
} from "./hosted-repository.ts";
import { startRegistry, type TestRegistry } from "./registry.ts";
import { root } from "./paths.ts";

const keepalived = join(root, "extensions/keepalived");
const debian = Object.entries(process.env).filter(([name]) => name.startsWith("KILN_DEBIAN_"));

let folder: string;
let hosted: HostedRepository;
let registry: TestRegistry;
let run: WorkflowRun;
/** Whether jobs' tokens lack the right to push, as after an organization has restricted them. */
let isReadOnly = false;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-workflow-"));
  const extensions = join(folder, "extensions");
  await mkdir(extensions);
  await cp(keepalived, join(extensions, "keepalived"), { recursive: true });
  hosted = await openHostedRepository({
    extensions,
    vars: Object.fromEntries(debian.map(([name, value]) => [name, value ?? ""])),
    // The cache keeps what was fetched and built for the next run of this test.
    machine: { KILN_CACHE_DIR: settings().cacheDirectory, no_proxy: "127.0.0.1,localhost" },
  });
  registry = await startRegistry((password, action) => {
    const held = hosted.tokens.get(password ?? "")?.packages;
    return action === "push" ? held === "write" && !isReadOnly : held !== undefined;
  });
  await pushTo(`${registry.host}/example/keepalived`);
  run = await hosted.release.schedule();
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await hosted[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Writes into `kiln.yaml` where the container is pushed to. */
async function pushTo(container: string): Promise<void> {
  await writeFile(join(folder, "kiln.yaml"), `upstream: debian\ncontainer: ${container}\n`);
}

const version = () => /^keepalived-v(.*)$/.exec(tagsOf(hosted)[0] ?? "")?.[1] ?? "";

/** The digest that a tag of the container has in the registry. */
async function digestAt(name: string, tag: string): Promise<string | null> {
  const headers = {
    accept: "application/vnd.oci.image.index.v1+json",
    authorization: "Bearer anything",
  };
  const response = await fetch(`http://${registry.host}/v2/${name}/manifests/${tag}`, { headers });
  return response.ok ? response.headers.get("docker-content-digest") : null;
}

async function tagsAt(name: string): Promise<string[]> {
  const headers = { authorization: "Bearer anything" };
  const response = await fetch(`http://${registry.host}/v2/${name}/tags/list`, { headers });
  const json: unknown = await response.json();
  return z.object({ tags: z.array(z.string()).default([]) }).parse(json).tags;
}

describe("a run that publishes keepalived", () => {
  test("pushes its container to the registry with its own tag, the version and latest", async () => {
    expect(errorsOf(run)).toEqual([]);
    expect(jobsOf(run)).toEqual([
      "watch",
      `keepalived / build keepalived-v${version()}-x86-64.raw`,
      `keepalived / build keepalived-v${version()}-arm64.raw`,
      "publish / publish",
      "container",
      "report",
    ]);
    const tags = await tagsAt("example/keepalived");
    const own = tags.find((tag) => tag.startsWith(`${version()}-sha256-`)) ?? "";
    expect(tags.toSorted()).toEqual([own, version(), "latest"].toSorted());
    const digest = await digestAt("example/keepalived", own);
    for (const tag of [version(), "latest"]) expect(await digestAt("example/keepalived", tag)).toBe(digest);
    const container = run.jobs.find(({ id }) => id === "container");
    expect(container?.log.groups).toContain(`Building the container of keepalived-v${version()}`);
    expect(container?.summary).toContain(`example/keepalived:${own} | ${digest} |`);
    expect(container?.log.shown.join("\n")).not.toContain("ghs_");
  });

  test("leaves nothing to do for the next run", async () => {
    const before = await tagsAt("example/keepalived");
    const next = await hosted.release.schedule();
    expect(jobsOf(next)).toEqual(["watch"]);
    expect(errorsOf(next)).toEqual([]);
    expect(await tagsAt("example/keepalived")).toEqual(before);
  });
});

test("a run fails if the token lacks the right to push; the next run with it builds the container from the release", async () => {
  const name = "example/moved";
  await pushTo(`${registry.host}/${name}`);
  isReadOnly = true;
  const refused = await hosted.release.schedule();
  isReadOnly = false;
  expect(refused.conclusion).toBe("failure");
  expect(errorsOf(refused)).toMatchObject([
    { job: "container", title: "permission-missing", message: expect.stringContaining("packages: write") },
  ]);
  const { issues } = hosted.repository.state;
  expect(issues).toMatchObject([{ body: expect.stringContaining("| job container to succeed | failure |") }]);

  const next = await hosted.release.schedule();
  expect(jobsOf(next)).toEqual(["watch", "container", "report"]);
  expect(errorsOf(next)).toEqual([]);
  const missing = `there is no container ${version()}`;
  expect(next.jobs[0]?.summary).toContain(`The container of keepalived needs to be built: ${missing}.`);
  expect(await digestAt(name, version())).toBe(await digestAt("example/keepalived", version()));
  expect(issues).toMatchObject([{ state: "closed" }]);
});

test("a registry that does not answer is not mistaken for one without the container", async () => {
  await pushTo("localhost:1/example/keepalived");
  const unreachable = await hosted.release.schedule();
  expect(jobsOf(unreachable)).not.toContain("container");
  expect(errorsOf(unreachable)).toMatchObject([{ job: "watch", title: "network-unreachable" }]);
});

test("GitHub's token is not sent to another registry", async () => {
  await pushTo("registry.example.org/team/keepalived");
  const other = await hosted.release.schedule();
  expect(errorsOf(other)).toMatchObject([
    { job: "watch", title: "usage", message: expect.stringContaining('"container" in kiln.yaml') },
  ]);
});

test("no container is built if kiln.yaml wants none", async () => {
  await pushTo("false");
  const without = await hosted.release.schedule();
  expect(jobsOf(without)).toEqual(["watch"]);
  expect(without.conclusion).toBe("success");
});
