import { openGitHubClient, parseRepositoryName, type GitHubClient } from "@sysext-kiln/github-client";
import { startGitHub, type GitHub, type Repository } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { updateIssue } from "./issue.ts";
import { keepEnabled } from "./keep-enabled.ts";
import { failedJobs, overdueRuns, type Problem } from "./problems.ts";

const name = parseRepositoryName("example/kiln");

let github: GitHub;
let repository: Repository;
let client: GitHubClient;
beforeEach(async () => {
  github = await startGitHub();
  repository = github.repository("example/kiln");
  const token = github.token({ actions: "write", issues: "write" });
  client = openGitHubClient({ apiUrl: github.origins.api, token, waitScale: 0 });
});
afterEach(() => github[Symbol.asyncDispose]());

const open = () => repository.state.issues.filter(({ state }) => state === "open");
const hoursAgo = (hours: number) => new Date(Date.now() - hours * 60 * 60 * 1000);

describe("the issue", () => {
  const failure: Problem = { expected: "job build to succeed", found: "failure" };
  let runs = 0;
  const thisRun = () => ({ run: `https://example.org/runs/${(runs += 1)}`, now: new Date() });
  const report = (...problems: Problem[]) =>
    updateIssue(client, name, { subject: "runs", problems, ...thisRun() });
  const audit = (...problems: Problem[]) =>
    updateIssue(client, name, { subject: "releases", problems, ...thisRun() });

  test("is not opened while there are no problems", async () => {
    expect(await report()).toBeUndefined();
    expect(repository.state.issues).toEqual([]);
  });

  test("is opened once, updated, and closed with a comment", async () => {
    expect(await report(failure)).toBe(1);
    const [issue] = open();
    const since = / since (?<since>\S+) /.exec(issue?.body ?? "")?.groups?.["since"];
    expect(await report({ expected: "job publish to succeed", found: "failure" })).toBe(1);
    expect(open()).toHaveLength(1);
    expect(issue?.body).toMatch(/\| job publish to succeed \| failure \|/);
    expect(issue?.body).not.toContain("job build");
    expect(issue?.body).toContain(`since ${since} `);

    expect(await report()).toBeUndefined();
    expect(issue).toMatchObject({
      state: "closed",
      comments: [{ body: expect.stringMatching(/^There are no more problems/) }],
    });
  });

  test("about changed releases is not closed by a run that succeeds, and closes by itself", async () => {
    const changed = { expected: "etcd-3.5.30-arm64.raw in the release etcd-v3.5.30", found: "no asset" };
    expect(await audit(changed)).toBe(1);
    expect(await report(failure)).toBe(2);
    await report();
    expect(open()).toMatchObject([{ number: 1, title: "Published releases need attention" }]);
    expect(await audit(changed)).toBe(1);
    await audit();
    expect(open()).toEqual([]);
  });

  test("is a new one when problems return", async () => {
    await report(failure);
    await report();
    expect(await report(failure)).toBe(2);
  });

  test("is the only one that remains open after two runs have each opened one", async () => {
    await report(failure);
    const [first] = open();
    repository.state.issues.push({ ...first!, id: 7777, number: 2, comments: [] });
    expect(await report(failure)).toBe(1);
    expect(open().map(({ number }) => number)).toEqual([1]);
  });

  test("is opened once even if GitHub's answer is lost", async () => {
    github.fault(({ method, path }) => method === "POST" && path.endsWith("/issues"), { cut: "after" });
    expect(await report(failure)).toBe(1);
    expect(repository.state.issues).toHaveLength(1);
  });

  test("causes an error if issues are disabled, but only when there is something to report", async () => {
    github.fault(({ path }) => path.endsWith("/issues"), { answer: 410 }, 5);
    expect(await report()).toBeUndefined();
    await expect(report(failure)).rejects.toMatchObject({ found: expect.stringContaining("410") });
  });

  test("is not somebody else's with the same label", async () => {
    await client.call(
      client.rest.issues.create,
      { ...name, title: "Mine", labels: ["kiln-watchdog"] },
      z.unknown(),
    );
    expect(await report(failure)).toBe(2);
    await report();
    expect(open().map(({ title }) => title)).toEqual(["Mine"]);
  });
});

describe("a workflow", () => {
  test("is enabled before and after GitHub has disabled it, but not after a person has", async () => {
    const workflow = repository.workflow("release.yml");
    for (const state of ["active", "disabled_inactivity"] as const) {
      workflow.state = state;
      expect(await keepEnabled(client, name, "release.yml")).toBe(state);
      expect(workflow.state).toBe("active");
    }
    expect(github.requests.filter(({ method }) => method === "PUT")).toHaveLength(2);
    workflow.state = "disabled_manually";
    await keepEnabled(client, name, "release.yml");
    expect(workflow.state).toBe("disabled_manually");
  });

  test("has a problem when its last successful scheduled run is too old", async () => {
    const workflow = repository.workflow("release.yml");
    repository.run(workflow, { createdAt: hoursAgo(30) });
    repository.run(workflow, { createdAt: hoursAgo(2), conclusion: "failure" });
    repository.run(workflow, { createdAt: hoursAgo(1), event: "workflow_dispatch" });
    expect(await overdueRuns(client, name, { file: "release.yml", hours: 24 })).toMatchObject([
      { found: expect.stringMatching(/^none since \d{4}-/) },
    ]);
    repository.run(workflow, { createdAt: hoursAgo(23) });
    expect(await overdueRuns(client, name, { file: "release.yml", hours: 24 })).toEqual([]);
  });
});

test("the results of a run show which of its jobs did not succeed", () => {
  const needs = {
    watch: { result: "success", outputs: { failed: "etcd" } },
    build: { result: "failure", outputs: {} },
    publish: { result: "skipped", outputs: { failed: "hello-1.0-x86-64.raw b-v2" } },
  };
  expect(failedJobs(JSON.stringify(needs))).toEqual([
    { expected: "job build to succeed", found: "failure" },
    { expected: "etcd to be checked", found: "an error" },
    { expected: "hello-1.0-x86-64.raw to be published", found: "an error" },
    { expected: "b-v2 to be published", found: "an error" },
  ]);
  const failed = { expected: "job audit to succeed", found: "failure" };
  const found = [{ expected: "a signature", found: "none" }];
  expect(failedJobs(audited(JSON.stringify(found)))).toEqual([failed, ...found]);
  for (const unreadable of ["", "{", "[{}]"]) expect(failedJobs(audited(unreadable))).toEqual([failed]);
  expect(failedJobs("{}")).toEqual([]);
  expect(() => failedJobs("success")).toThrow(/toJSON|needs context/);
});

/** The `needs` context after an audit that has found these problems. */
function audited(problems: string): string {
  return JSON.stringify({ audit: { result: "failure", outputs: { problems } } });
}
