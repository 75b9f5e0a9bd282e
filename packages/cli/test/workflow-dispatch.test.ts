import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  errorsOf,
  jobsOf,
  offeredBy,
  openHostedTestRepository,
  tagsOf,
  type HostedTestRepository,
} from "./hosted-repository.ts";

let hosted: HostedTestRepository;
beforeAll(async () => {
  hosted = await openHostedTestRepository();
  await hosted.local.define({ "upstreams:": 'versions: { minimum: "1.1.0" }\nupstreams:' });
  await hosted.local.offer("1.0.0-1");
  await hosted.local.offer("1.1.0-1");
  await hosted.local.offer("2.0.0~rc.1-1");
}, 60_000);
afterAll(() => hosted[Symbol.asyncDispose]());

describe("a dispatch", () => {
  test("as a dry run only reports what would be built", async () => {
    const run = await hosted.release.dispatch({ "dry-run": true });
    expect(jobsOf(run)).toEqual(["watch"]);
    expect(run.jobs[0]?.summary).toContain("| hello | 1.1.0 | arm64 | debian |");
    expect(tagsOf(hosted)).toEqual([]);
  });

  test("publishes the version that it names, with or without v, even one that hosts are not offered", async () => {
    const run = await hosted.release.dispatch({ extension: "hello", version: "v1.0.0" });
    expect(errorsOf(run)).toEqual([]);
    expect(jobsOf(run)).toEqual([
      "watch",
      "hello / build hello-1.0.0-x86-64.raw",
      "hello / build hello-1.0.0-arm64.raw",
      "publish / publish",
    ]);
    expect(tagsOf(hosted)).toEqual(["hello-v1.0.0"]);

    const warning =
      "hosts are not offered hello 1.0.0, which gets only its permanent release: the policy's minimum is 1.1.0";
    expect(run.jobs[0]?.log.annotations).toMatchObject([{ level: "warning", message: warning }]);
    expect(run.jobs[0]?.summary).toContain(warning);

    await hosted.release.dispatch();
    expect(tagsOf(hosted)).toEqual(["hello-v1.0.0", "hello-v1.1.0", "updates-1"]);
    expect(await offeredBy(hosted)).toEqual(["hello-1.1.0-arm64.raw", "hello-1.1.0-x86-64.raw"]);
  });

  test("of an older version than the newest one does not replace a version that hosts are offered", async () => {
    await hosted.local.offer("1.2.0-1");
    await hosted.release.dispatch();
    const before = await offeredBy(hosted);
    expect(before).toContain("hello-1.1.0-arm64.raw");
    await hosted.local.offer("1.1.5-1");
    const run = await hosted.release.dispatch({ extension: "hello", version: "1.1.5" });
    expect(errorsOf(run)).toEqual([]);
    expect(run.jobs[0]?.summary).toContain("the policy selects 1.2.0");
    expect(tagsOf(hosted)).toEqual([
      "hello-v1.0.0",
      "hello-v1.1.0",
      "hello-v1.1.5",
      "hello-v1.2.0",
      "updates-1",
      "updates-2",
    ]);
    expect(await offeredBy(hosted)).toEqual(before);
  });

  test.each([
    [
      "a version that does not exist",
      { extension: "hello", version: "9.9.9" },
      /"9\.9\.9", which upstream does not have/,
    ],
    ["a prerelease", { extension: "hello", version: "2.0.0-rc.1" }, /"2\.0\.0-rc\.1", which is a prerelease/],
    ["a command", { extension: "hello", version: "3.5.30; rm -rf /" }, /found: "3\.5\.30; rm -rf \/"/],
    ["a path", { extension: "hello", version: "../../x" }, /found: "\.\.\/\.\.\/x"/],
    ["300 characters", { extension: "hello", version: "1".repeat(300) }, /found: "1{80}"$/m],
    [
      "several lines",
      { extension: "hello", version: "1.0.0\n::warning::mine" },
      /found: "1\.0\.0\\n::warning::mine"/,
    ],
    [
      "an extension that does not exist",
      { extension: "hallo" },
      /one of the extensions hello\nfound: "hallo"/,
    ],
  ])("with %s fails in the watch job with one annotation", async (_, inputs, message) => {
    const before = tagsOf(hosted);
    const run = await hosted.release.dispatch(inputs);
    expect({ jobs: jobsOf(run), conclusion: run.conclusion }).toEqual({
      jobs: ["watch"],
      conclusion: "failure",
    });
    expect(run.jobs[0]?.log.annotations).toMatchObject([
      { level: "error", message: expect.stringMatching(message) },
    ]);
    expect(tagsOf(hosted)).toEqual(before);
    expect(hosted.repository.state.issues).toEqual([]);
  });
});
