import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { filesText } from "@sysext-kiln/testbed";
import type { WorkflowRun } from "@sysext-kiln/testbed/workflow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  errorsOf,
  jobsOf,
  offeredBy,
  openHostedTestRepository,
  tagsOf,
  type HostedTestRepository,
} from "./hosted-repository.ts";

const images = ["hello-1.0.0-arm64.raw", "hello-1.0.0-x86-64.raw"];

describe("a scheduled run", () => {
  let hosted: HostedTestRepository;
  let run: WorkflowRun;
  beforeAll(async () => {
    hosted = await openHostedTestRepository();
    await hosted.local.offer("1.0.0-1");
    const key = join(hosted.local.folder, "key.asc");
    await hosted.local.kiln("key", "new", "--output", key);
    hosted.release.secrets["KILN_SIGNING_KEY"] = await readFile(key, "utf8");
    run = await hosted.release.schedule();
  }, 60_000);
  afterAll(() => hosted[Symbol.asyncDispose]());

  test("publishes what is new with one job that watches, one for each image, and one that publishes", async () => {
    expect(errorsOf(run)).toEqual([]);
    expect(run.conclusion).toBe("success");
    expect(jobsOf(run)).toEqual([
      "watch",
      "hello / build hello-1.0.0-x86-64.raw",
      "hello / build hello-1.0.0-arm64.raw",
      "publish / publish",
      "report",
    ]);
    expect(tagsOf(hosted)).toEqual(["hello-v1.0.0", "updates-1"]);
    expect(await offeredBy(hosted)).toEqual(images);
  });

  test("attests what it built", () => {
    expect([...run.attestations.keys()].toSorted()).toEqual(images);
    for (const [name, sha256] of run.attestations) {
      expect(hosted.repository.asset("hello-v1.0.0", name).digest).toBe(`sha256:${sha256}`);
    }
  });

  test("publishes what a plain client downloads from GitHub's URLs and verifies with the key", async () => {
    const keyring = join(hosted.local.folder, "import-pubring.gpg");
    const verified = await hosted.local.kiln("verify", hosted.url, "--key", keyring);
    expect(verified).toMatchObject({ status: 0, stderr: "" });
    expect(verified.stdout).toMatch(/hello-1\.0\.0-x86-64\.raw[^]*signed by [0-9A-F]{40}\.$/);
  });

  test("reports what it did in the jobs' summaries and in the groups of their logs", () => {
    const [watch, build, , publish] = run.jobs;
    expect(watch?.summary).toContain("| hello | 1.0.0 | x86-64 | debian |");
    expect(build?.summary).toMatch(/\| hello\.deb \| 1\.0\.0-1 \|/);
    expect(build?.log.groups).toEqual(["fetching", "assembling", "checking", "packing", "running"]);
    expect(publish?.summary).toMatch(
      /\| hello-1\.0\.0-arm64\.raw \| \d\.\d kB \| published as hello-v1\.0\.0 \|/,
    );
    expect(publish?.log.printed).toContainEqual(expect.stringMatching(/^sending, [\d.]+ kB of [\d.]+ kB$/));
    expect(publish?.log.groups).toEqual([
      "Checking the images",
      "Reading the releases",
      "Checking the images",
      "publish hello-v1.0.0",
      "publish the update directory",
    ]);
  });

  test("takes one job when there is nothing to do, and publishes nothing", async () => {
    const second = await hosted.release.schedule();
    expect({ jobs: jobsOf(second), conclusion: second.conclusion }).toEqual({
      jobs: ["watch"],
      conclusion: "success",
    });
    expect(tagsOf(hosted)).toEqual(["hello-v1.0.0", "updates-1"]);
  });

  test("finishes the work of a run that was interrupted before it published the update directory", async () => {
    const { state } = hosted.repository;
    state.releases = state.releases.filter(({ tag }) => tag !== "updates-1");
    state.tags.delete("updates-1");
    expect(jobsOf(await hosted.release.schedule())).toEqual(["watch", "publish / publish", "report"]);
    expect(await offeredBy(hosted)).toEqual(images);
  });

  test("also attests the only image of an extension for one architecture", async () => {
    await hosted.local.addExtension("howdy", "hello");
    const definition = join(hosted.local.folder, "extensions/howdy/extension.yaml");
    const text = await readFile(definition, "utf8");
    await writeFile(definition, text.replace("upstreams:", "architectures: [x86-64]\nupstreams:"));
    const alone = await hosted.release.schedule();
    expect(errorsOf(alone)).toEqual([]);
    expect(tagsOf(hosted)).toContain("howdy-v1.0.0");
    expect([...alone.attestations.keys()]).toEqual(["howdy-1.0.0-x86-64.raw"]);
  });

  test("publishes only what kiln.yaml names, and kiln-host", async () => {
    const { folder } = hosted.local;
    await hosted.local.addExtension("goodday", "hello");
    await mkdir(join(folder, "extensions/kiln-host"));
    const kilnHost = filesText("2.0.0").replaceAll("hello", "kiln-host");
    await writeFile(join(folder, "extensions/kiln-host/extension.yaml"), kilnHost);
    await writeFile(join(folder, "kiln.yaml"), "extensions: [hello]\n");
    const named = await hosted.release.schedule();
    expect(errorsOf(named)).toEqual([]);
    expect(named.jobs[0]?.summary).toContain("| kiln-host | 2.0.0 | arm64 | files |");
    expect(tagsOf(hosted)).toContain("kiln-host-v2.0.0");
    expect(tagsOf(hosted)).not.toContain("goodday-v1.0.0");
  });
});
