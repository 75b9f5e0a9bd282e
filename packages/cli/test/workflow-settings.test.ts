import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  errorsOf,
  jobsOf,
  openHostedTestRepository,
  tagsOf,
  type HostedTestRepository,
} from "./hosted-repository.ts";

let hosted: HostedTestRepository;
beforeEach(async () => {
  hosted = await openHostedTestRepository();
  await hosted.local.offer("1.0.0-1");
}, 60_000);
afterEach(() => hosted[Symbol.asyncDispose]());

test("a run follows kiln.yaml: no attestation, no container, another runner for arm64", async () => {
  const settings = "attest: false\ncontainer: false\narm64Runner: ubuntu-24.04-arm\n";
  await writeFile(join(hosted.local.folder, "kiln.yaml"), settings);
  const run = await hosted.release.schedule();
  expect(errorsOf(run)).toEqual([]);
  expect([...run.attestations.keys()]).toEqual([]);
  expect(run.jobs[0]?.outputs).toMatchObject({
    matrix: JSON.stringify([
      {
        extension: "hello",
        images: [
          { image: "hello-1.0.0-x86-64.raw", architecture: "x86-64", runner: "" },
          { image: "hello-1.0.0-arm64.raw", architecture: "arm64", runner: "ubuntu-24.04-arm" },
        ],
        early: false,
      },
    ]),
    "no-container": "true",
  });
  expect(run.jobs.filter(({ id }) => id === "build").map(({ runsOn }) => runsOn)).toEqual([
    "ubuntu-24.04",
    "ubuntu-24.04-arm",
  ]);
  expect(jobsOf(run)).not.toContain("container");
  expect(tagsOf(hosted)).toEqual(["hello-v1.0.0", "updates-1"]);
});

test("a setting that is only a variable of the repository ends the run with an error that names its key", async () => {
  hosted.release.vars["KILN_ARM64_RUNNER"] = "ubuntu-24.04-arm";
  expect(errorsOf(await hosted.release.schedule())).toMatchObject([
    {
      job: "watch",
      title: "settings-invalid",
      message: expect.stringContaining('write "arm64Runner: ubuntu-24.04-arm" into kiln.yaml'),
    },
  ]);
});

test("a series that soon reaches its end of life is shown as a warning of a run that succeeds", async () => {
  const date = new Date(Date.now() + 20 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
  await hosted.local.define({ "upstreams:": `versions: { endOfLife: { "1.0": ${date} } }\nupstreams:` });
  const run = await hosted.release.schedule();
  expect(run.conclusion).toBe("success");
  expect(run.jobs[0]?.log.annotations).toMatchObject([
    { level: "warning", title: "upstream", message: expect.stringContaining(`on ${date}, in 20 days`) },
  ]);
  expect(run.jobs[0]?.summary).toContain(`hello 1.0 reaches its end of life on ${date}`);
});
