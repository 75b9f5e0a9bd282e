import type { WorkflowRun } from "@sysext-kiln/testbed/workflow";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  jobsOf,
  offeredBy,
  openHostedTestRepository,
  tagsOf,
  type HostedTestRepository,
} from "./hosted-repository.ts";

let hosted: HostedTestRepository;
beforeAll(async () => {
  // A part has two versions, with both architectures. Those of one part cannot be built.
  hosted = await openHostedTestRepository({ largestMatrix: 4 });
  await hosted.local.offer("1.0.0-1");
  for (const name of ["a", "b"]) await hosted.local.addExtension(name, "goodbye");
  for (const name of ["c", "d"]) await hosted.local.addExtension(name, "hello");
}, 60_000);
afterAll(() => hosted[Symbol.asyncDispose]());

const buildsOf = ({ jobs }: WorkflowRun) =>
  jobs.filter(({ id }) => id === "build").map(({ name }) => name.replace(/^.* \/ build /, ""));

/** The tags of versions that are published. */
const versionTags = () => tagsOf(hosted).filter((tag) => !tag.startsWith("updates-"));

test(
  "more images than a matrix allows are built in parts, run after run, and one that fails does not block the others",
  { timeout: 120_000 },
  async () => {
    const runs: WorkflowRun[] = [];
    const published: number[] = [];
    while (versionTags().length < 3 && runs.length < 6) {
      runs.push(await hosted.release.schedule());
      published.push(versionTags().length);
    }
    expect(runs[0]?.jobs[0]?.summary).toContain("6 more images wait for the next run.");
    expect(versionTags()).toEqual(["c-v1.0.0", "d-v1.0.0", "hello-v1.0.0"]);
    expect(published).toEqual([2, 2, 3]);
    expect(runs.map(buildsOf)).toEqual([
      ["c-1.0.0-x86-64.raw", "c-1.0.0-arm64.raw", "d-1.0.0-x86-64.raw", "d-1.0.0-arm64.raw"],
      ["a-1.0.0-x86-64.raw", "a-1.0.0-arm64.raw", "b-1.0.0-x86-64.raw", "b-1.0.0-arm64.raw"],
      ["hello-1.0.0-x86-64.raw", "hello-1.0.0-arm64.raw"],
    ]);
    // A run fails only if something failed in it.
    expect(runs.map(({ conclusion }) => conclusion)).toEqual(["success", "failure", "success"]);
  },
);

test("finally hosts are offered everything, and nothing is left to do", async () => {
  for (const name of ["a", "b"]) await hosted.local.addExtension(name, "hello");
  expect((await hosted.release.schedule()).conclusion).toBe("success");
  const names = ["a", "b", "c", "d", "hello"];
  expect(await offeredBy(hosted)).toEqual(
    names.flatMap((name) => [`${name}-1.0.0-arm64.raw`, `${name}-1.0.0-x86-64.raw`]),
  );
  expect(jobsOf(await hosted.release.schedule())).toEqual(["watch"]);
});
