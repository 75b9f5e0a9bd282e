import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseBuildRecord } from "@sysext-kiln/builder";
import { ensureGoToolchain, run, tryRun } from "@sysext-kiln/machine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { main } from "./paths.ts";

// Needs a module proxy and Debian, as KILN_DEBIAN_MIRROR and GOPROXY configure them.

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-etcd-go-"));
});
afterAll(() => rm(folder, { recursive: true }));

const planSchema = z.object({
  builds: z.array(
    z.object({
      extension: z.string(),
      version: z.object({ upstream: z.string() }),
      architecture: z.string(),
    }),
  ),
});

test("three series of etcd are built from modules, for both architectures", async () => {
  const text = await run(process.execPath, [main, "plan", "etcd", "--from", "go", "--json"], { cwd: folder });
  const builds = planSchema.parse(JSON.parse(text)).builds.filter(({ extension }) => extension === "etcd");
  const series = builds.map(({ version }) => version.upstream.split(".").slice(0, 2).join("."));
  expect(new Set(series).size).toBe(3);
  expect(builds).toHaveLength(6);
});

test("the newest etcd is built identically twice, and its record agrees with what its programs say", async () => {
  const command = [main, "build", "etcd", "--from", "go", "--arch", "x86-64", "--twice", "--output", "out"];
  const outcome = await tryRun(process.execPath, command, { cwd: folder });
  expect(outcome.stderr + outcome.stdout).toContain("both builds are identical");

  const [image = ""] = (await run("find", [join(folder, "out"), "-name", "*.raw"])).trim().split("\n");
  const recordPath = image.replace(/\.raw$/, ".build.json");
  const record = parseBuildRecord(await readFile(recordPath, "utf8"), recordPath, "build it");
  const toolchain = Object.keys(record.tools).find((name) => name.startsWith("go1.")) ?? "";
  const { folder: root } = await ensureGoToolchain(toolchain, { say: () => undefined });
  await run("unsquashfs", ["-quiet", "-no-progress", "-dest", join(folder, "tree"), image]);
  const info = await run(join(root, "bin/go"), ["version", "-m", join(folder, "tree/usr/local/bin")]);
  const lines = info.matchAll(/^\t(?:mod|dep)\t(\S+)\t(\S+)\t(h1:\S+)$/gm);
  const listed = [...lines].map(([, ...words]) => words.join(" "));
  const recorded = record.modules?.map(({ module, version, sum }) => [module, version, sum].join(" "));
  expect(listed.length).toBeGreaterThan(100);
  expect(recorded?.toSorted()).toEqual([...new Set(listed)].toSorted());
});
