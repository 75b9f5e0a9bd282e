import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { WorkflowRun } from "@sysext-kiln/testbed/workflow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addExtension } from "./add-extension.ts";
import {
  errorsOf,
  jobsOf,
  offeredBy,
  openWorkshopOnGitHub,
  tagsOf,
  type WorkshopOnGitHub,
} from "./on-github.ts";

const images = ["hello-1.0.0-arm64.raw", "hello-1.0.0-x86-64.raw"];

describe("a tick of the schedule", { timeout: 60_000 }, () => {
  let here: WorkshopOnGitHub;
  let run: WorkflowRun;
  beforeAll(async () => {
    here = await openWorkshopOnGitHub();
    await here.workshop.offer("1.0.0-1");
    const key = join(here.workshop.folder, "key.asc");
    await here.workshop.kiln("key", "new", "--output", key);
    here.release.secrets["KILN_SIGNING_KEY"] = await readFile(key, "utf8");
    run = await here.release.schedule();
  }, 60_000);
  afterAll(() => here[Symbol.asyncDispose]());

  test("publishes what is new: a job that watches, one for each image, and one that publishes", async () => {
    expect(errorsOf(run)).toEqual([]);
    expect(run.conclusion).toBe("success");
    expect(jobsOf(run)).toEqual([
      "watch",
      "build hello-1.0.0-x86-64.raw",
      "build hello-1.0.0-arm64.raw",
      "publish",
      "report",
    ]);
    expect(tagsOf(here)).toEqual(["hello-v1.0.0", "updates-1"]);
    expect(await offeredBy(here)).toEqual(images);
  });

  test("vouches for what it built", () => {
    expect([...run.attestations.keys()].toSorted()).toEqual(images);
    for (const [name, sha256] of run.attestations) {
      expect(here.repository.asset("hello-v1.0.0", name).digest).toBe(`sha256:${sha256}`);
    }
  });

  test("leaves what a plain client takes from GitHub's URLs, and verifies with the key", async () => {
    const keyring = join(here.workshop.folder, "import-pubring.gpg");
    const verified = await here.workshop.kiln("verify", here.url, "--key", keyring);
    expect(verified).toMatchObject({ status: 0, stderr: "" });
    expect(verified.stdout).toMatch(/hello-1\.0\.0-x86-64\.raw[^]*signed by [0-9A-F]{40}\.$/);
  });

  test("tells people what it did, in the jobs' summaries and in the groups of their logs", () => {
    const [watch, build, , publish] = run.jobs;
    expect(watch?.summary).toContain("| hello | 1.0.0 | x86-64 | debian |");
    expect(build?.summary).toMatch(/\| hello\.deb \| 1\.0\.0-1 \|/);
    expect(build?.log.groups).toEqual(["fetching", "assembling", "packing", "running"]);
    expect(publish?.summary).toMatch(
      /\| hello-1\.0\.0-arm64\.raw \| \d\.\d kB \| published as hello-v1\.0\.0 \|/,
    );
    expect(publish?.log.printed).toContainEqual(expect.stringMatching(/^sending, [\d.]+ kB of [\d.]+ kB$/));
    expect(publish?.log.groups).toEqual([
      "Checking the images",
      "Checking the images",
      "Reading the releases",
      "publish hello-v1.0.0",
      "publish the update directory",
    ]);
  });

  test("costs one job when there is nothing to do, and soon no request that counts for the releases", async () => {
    expect(jobsOf(await here.release.schedule())).toEqual(["watch"]);
    const before = here.github.requests.length;
    const third = await here.release.schedule();
    expect({ jobs: jobsOf(third), conclusion: third.conclusion }).toEqual({
      jobs: ["watch"],
      conclusion: "success",
    });
    const listed = here.github.requests
      .slice(before)
      .filter(({ path }) => /\/releases(\/latest)?$/.test(path));
    expect(listed.map(({ status }) => status)).toEqual([304, 304, 304, 304]);
    expect(tagsOf(here)).toEqual(["hello-v1.0.0", "updates-1"]);
  });

  test("finishes the work of a run that died before it published the update directory", async () => {
    const { state } = here.repository;
    state.releases = state.releases.filter(({ tag }) => tag !== "updates-1");
    state.tags.delete("updates-1");
    expect(jobsOf(await here.release.schedule())).toEqual(["watch", "publish", "report"]);
    expect(await offeredBy(here)).toEqual(images);
  });

  test("vouches for the one image of an extension that is for one architecture only, too", async () => {
    await addExtension(here.workshop, "howdy", "hello");
    const definition = join(here.workshop.folder, "extensions/howdy/extension.yaml");
    const text = await readFile(definition, "utf8");
    await writeFile(definition, text.replace("upstreams:", "architectures: [x86-64]\nupstreams:"));
    const alone = await here.release.schedule();
    expect(errorsOf(alone)).toEqual([]);
    expect(tagsOf(here)).toContain("howdy-v1.0.0");
    expect([...alone.attestations.keys()]).toEqual(["howdy-1.0.0-x86-64.raw"]);
  });
});
