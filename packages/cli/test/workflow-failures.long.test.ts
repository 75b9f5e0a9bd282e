import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import {
  errorsOf,
  jobsOf,
  openHostedTestRepository,
  tagsOf,
  type HostedTestRepository,
  type HostedRepositoryOptions,
} from "./hosted-repository.ts";

let hosted: HostedTestRepository;
afterEach(() => hosted[Symbol.asyncDispose]());

async function open(options?: Pick<HostedRepositoryOptions, "restrict" | "beforeJob">): Promise<void> {
  hosted = await openHostedTestRepository(options);
  await hosted.local.offer("1.0.0-1");
}

const openIssues = () => hosted.repository.state.issues.filter(({ state }) => state === "open");

describe("an extension that fails", { timeout: 180_000 }, () => {
  test("to build does not delay the others; the run fails, and one issue reports it until the problem is fixed", async () => {
    await open();
    await hosted.local.addExtension("howdy", "goodbye");
    const run = await hosted.release.schedule();
    expect(run.conclusion).toBe("failure");
    expect(tagsOf(hosted)).toEqual(["hello-v1.0.0", "updates-1"]);
    expect(errorsOf(run)).toMatchObject([
      { job: "build", title: "smoke-failed", message: expect.stringContaining("goodbye 1.0.0") },
      { job: "build", title: "smoke-failed" },
    ]);
    expect(openIssues()).toMatchObject([
      { labels: ["kiln-watchdog"], body: expect.stringContaining("| job extension to succeed | failure |") },
    ]);
    expect(run.jobs.find(({ name }) => name === "publish / publish")?.summary).toContain(
      "| howdy-1.0.0-arm64.raw |  | not built: see the log of its build job |",
    );

    await hosted.release.schedule();
    expect(hosted.repository.state.issues).toHaveLength(1);
    await hosted.local.addExtension("howdy", "hello");
    expect((await hosted.release.schedule()).conclusion).toBe("success");
    expect(openIssues()).toEqual([]);
    expect(tagsOf(hosted)).toContain("howdy-v1.0.0");
  });

  test("to be watched does not delay the others either, and a run with nothing to do closes the issue", async () => {
    await open();
    await hosted.local.addExtension("howdy", "hello");
    const definition = join(hosted.local.folder, "extensions/howdy/extension.yaml");
    const valid = await readFile(definition, "utf8");
    await writeFile(definition, valid.replace("      hello:\n", "      gone:\n"));
    const run = await hosted.release.schedule();
    expect(jobsOf(run)).toEqual([
      "watch",
      ...jobsOf(run).filter((name) => name.startsWith("hello / build hello-")),
      "publish / publish",
      "report",
    ]);
    expect(run.conclusion).toBe("failure");
    expect(errorsOf(run)).toMatchObject([{ job: "watch", title: "unknown-version" }]);
    expect(tagsOf(hosted)).toEqual(["hello-v1.0.0", "updates-1"]);
    expect(openIssues()).toHaveLength(1);

    await writeFile(definition, valid.replace("upstreams:", "versions: { exclude: [] }\nupstreams:"));
    await hosted.release.dispatch({ extension: "howdy", version: "1.0.0" });
    expect(openIssues()).toHaveLength(1);
    await hosted.release.schedule();
    expect(jobsOf(await hosted.release.schedule())).toEqual(["watch"]);
    expect(openIssues()).toEqual([]);
  });
});

test("a setting that is only in a variable ends the run with one annotation, and the issue reports it", async () => {
  await open();
  hosted.release.vars["KILN_BEST_BEFORE_DAYS"] = "30";
  expect(errorsOf(await hosted.release.schedule())).toMatchObject([
    { job: "watch", title: "settings-invalid", message: expect.stringContaining("KILN_BEST_BEFORE_DAYS") },
  ]);
  expect(openIssues()).toMatchObject([
    { body: expect.stringContaining("| job watch to succeed | failure |") },
  ]);
});

describe("a token without rights", () => {
  test("causes an error that names the permission that the publish job lacks", async () => {
    await open({ restrict: (permissions) => ({ ...permissions, contents: "read" }) });
    const run = await hosted.release.schedule();
    expect(errorsOf(run)).toMatchObject([
      {
        job: "publish",
        title: "permission-missing",
        message: expect.stringMatching(/contents: write[^]*publish/),
      },
    ]);
    expect(tagsOf(hosted)).toEqual([]);
  });

  test("to keep the schedule enabled does not prevent the report from opening the issue", async () => {
    await open({ restrict: (permissions) => ({ ...permissions, actions: "read" }) });
    await hosted.local.addExtension("howdy", "goodbye");
    const errors = errorsOf(await hosted.release.schedule()).filter(({ job }) => job === "report");
    expect(errors).toMatchObject([
      { title: "permission-missing", message: expect.stringMatching(/actions: write[^]*report/) },
      { title: "permission-missing" },
    ]);
    expect(openIssues()).toHaveLength(1);
  });

  test("causes an error that names the permission that the report job lacks", async () => {
    await open({ restrict: ({ contents = "read", actions = "read" }) => ({ contents, actions }) });
    await hosted.local.addExtension("howdy", "goodbye");
    const errors = errorsOf(await hosted.release.schedule()).filter(({ job }) => job === "report");
    expect(errors).toMatchObject([
      { title: "permission-missing", message: expect.stringMatching(/issues: write[^]*report/) },
    ]);
  });
});

test("a secret never reaches a log, even if it is invalid", async () => {
  await open();
  const passphrase = "correct horse battery staple";
  const key = join(hosted.local.folder, "key.asc");
  hosted.local.environment["KILN_SIGNING_PASSPHRASE"] = passphrase;
  expect((await hosted.local.kiln("key", "new", "--output", key)).status).toBe(0);
  const text = await readFile(key, "utf8");
  Object.assign(hosted.release.secrets, { KILN_SIGNING_KEY: text, KILN_SIGNING_PASSPHRASE: "wrong horse" });
  const failed = await hosted.release.schedule();
  expect(errorsOf(failed)).toMatchObject([{ job: "publish", title: "key-invalid" }]);
  expect(tagsOf(hosted)).toEqual([]);
  hosted.release.secrets["KILN_SIGNING_PASSPHRASE"] = passphrase;
  const signed = await hosted.release.schedule();
  expect(signed.conclusion).toBe("success");

  const printed = [failed, signed]
    .flatMap(({ jobs }) => jobs)
    .flatMap(({ log, summary }) => [...log.printed, summary]);
  const lines = text.split("\n").filter((line) => /^\S{20,}$/.test(line));
  expect(lines.length).toBeGreaterThan(2);
  for (const secret of [passphrase, "wrong horse", "PRIVATE KEY", "ghs_", ...lines])
    expect(printed.join("\n")).not.toContain(secret);
});

test("the watchdog opens the issue when the schedule's runs no longer succeed", async () => {
  await open();
  const workflow = hosted.repository.state.workflows[0]!;
  hosted.repository.run(workflow, { createdAt: new Date(Date.now() - 25 * 60 * 60 * 1000) });
  workflow.state = "disabled_inactivity";
  expect((await hosted.watchdog.schedule()).conclusion).toBe("success");
  expect(openIssues()).toMatchObject([
    { body: expect.stringContaining("at least every 24 hours | none since ") },
  ]);
  expect(workflow.state).toBe("active");

  // The watchdog only checks that runs succeed; closing the issue is left to a run.
  hosted.repository.run(workflow);
  await hosted.watchdog.schedule();
  expect(openIssues()).toHaveLength(1);
  await hosted.release.schedule();
  expect(openIssues()).toEqual([]);
});

describe("what a build job replaces", () => {
  test("in the plan stops the publisher before it publishes anything", async () => {
    await open({
      async beforeJob(job, artifacts) {
        if (job.id !== "publish") return;
        const plan = join(artifacts.get("plan") ?? "", "plan.json");
        await writeFile(plan, (await readFile(plan, "utf8")).replaceAll("1.0.0", "1.0.999"));
      },
    });
    const run = await hosted.release.schedule();
    expect(run.conclusion).toBe("failure");
    expect(errorsOf(run)).toMatchObject([{ title: "digest-mismatch" }, { title: "digest-mismatch" }]);
    expect(tagsOf(hosted)).toEqual([]);
    expect([...run.attestations]).toEqual([]);
  });

  test("beside the plan is not attested to", async () => {
    await open({
      async beforeJob(job, artifacts) {
        if (job.id !== "publish") return;
        const folder = join(artifacts.get("plan") ?? "", "accepted");
        await mkdir(folder);
        await writeFile(join(folder, "malware.raw"), "anything");
      },
    });
    const run = await hosted.release.schedule();
    expect(run.conclusion).toBe("success");
    expect([...run.attestations.keys()].toSorted()).toEqual([
      "hello-1.0.0-arm64.raw",
      "hello-1.0.0-x86-64.raw",
    ]);
  });

  test("in an image is neither attested to nor published", async () => {
    await open({
      async beforeJob(job, artifacts) {
        if (job.id !== "publish") return;
        const folder = artifacts.get("image-hello-1.0.0-arm64.raw") ?? "";
        await writeFile(join(folder, "hello-1.0.0-arm64.raw"), "this is not a squashfs image");
      },
    });
    const run = await hosted.release.schedule();
    expect(run.conclusion).toBe("failure");
    expect(errorsOf(run)).toMatchObject([{ job: "publish", title: "document-invalid" }]);
    expect(tagsOf(hosted)).toEqual([]);
    expect([...run.attestations.keys()]).toEqual(["hello-1.0.0-x86-64.raw"]);
  });
});
