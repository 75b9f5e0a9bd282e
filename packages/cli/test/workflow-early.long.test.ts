import { setTimeout as delay } from "node:timers/promises";
import type { BeforeJob, WorkflowRun } from "@sysext-kiln/testbed/workflow";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  errorsOf,
  offeredBy,
  openHostedTestRepository,
  tagsOf,
  type HostedTestRepository,
} from "./hosted-repository.ts";

let hosted: HostedTestRepository;
let beforeJob: BeforeJob;
beforeEach(async () => {
  beforeJob = () => Promise.resolve();
  hosted = await openHostedTestRepository({ beforeJob: (...args) => beforeJob(...args) });
  await hosted.local.offer("1.0.0-1");
  await hosted.local.addExtension("howdy", "hello");
});
afterEach(() => hosted[Symbol.asyncDispose]());

const imagesOf = (name: string) => ["arm64", "x86-64"].map((one) => `${name}-1.0.0-${one}.raw`);

/** The name of the one job of howdy that a test holds back or makes fail. */
const howdyBuild = "build howdy-1.0.0-x86-64.raw";

async function waitUntil(isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error("nothing was published while another extension was built");
    await delay(100);
  }
}

const jobOf = ({ jobs }: WorkflowRun, name: string) => jobs.find((one) => one.name === name);

/** The digests of everything that is published under a tag, with GitHub's numbers of the assets. */
const assetsOf = (tag: string) =>
  hosted.repository.state.releases
    .filter((release) => release.tag === tag)
    .flatMap(({ assets }) => assets.map(({ id, name, digest }) => [id, name, digest]));

/** Cuts every upload from the third one on, while a condition holds. */
function cutUploads(isCut: () => boolean): void {
  let uploads = 0;
  hosted.github.fault(
    ({ part }) => {
      if (part !== "uploads" || !isCut()) return false;
      uploads += 1;
      return uploads > 2;
    },
    { cut: "before" },
    Infinity,
  );
}

describe("an extension whose images are built", { timeout: 300_000 }, () => {
  test("is published and offered to hosts while another one is still being built", async () => {
    let during: string[] = [];
    beforeJob = async ({ name }) => {
      if (!name.endsWith(howdyBuild)) return;
      await waitUntil(() => tagsOf(hosted).includes("updates-1"));
      during = [...tagsOf(hosted), ...(await offeredBy(hosted))];
    };
    const run = await hosted.release.schedule();
    expect(during).toEqual(["hello-v1.0.0", "updates-1", ...imagesOf("hello")]);
    expect(errorsOf(run)).toEqual([]);
    expect(await offeredBy(hosted)).toEqual([...imagesOf("hello"), ...imagesOf("howdy")]);
    expect(await hosted.local.kiln("verify", hosted.url)).toMatchObject({ status: 0, stderr: "" });

    // The end of the run neither attests nor publishes again what is published.
    const last = jobOf(run, "publish / publish");
    expect(last?.steps["attest"]).toMatchObject({ outcome: "skipped" });
    expect(last?.log.shown).toContain("accepted: nothing");
    expect(last?.outputs["published"]?.split(" ").toSorted()).toEqual(["hello-v1.0.0", "howdy-v1.0.0"]);
    expect(last?.summary).toContain("| howdy-1.0.0-arm64.raw |  | already published as howdy-v1.0.0 |");
    expect([...run.attestations.keys()].toSorted()).toEqual([...imagesOf("hello"), ...imagesOf("howdy")]);
    expect(jobOf(await hosted.release.schedule(), "watch")?.outputs["matrix"]).toBeUndefined();
  });

  test("is published if another one cannot be built", async () => {
    await hosted.local.addExtension("howdy", "goodbye");
    const run = await hosted.release.schedule();
    expect(run.conclusion).toBe("failure");
    expect(jobOf(run, "hello / publish / publish")?.result).toBe("success");
    expect(jobOf(run, "howdy / publish / publish")).toBeUndefined();
    expect(tagsOf(hosted)).toEqual(["hello-v1.0.0", "updates-1"]);
  });

  test("whose early publish was interrupted is published at the end of the run", async () => {
    let isCut = true;
    beforeJob = ({ name }) => {
      if (name === "publish / publish") isCut = false;
      return Promise.resolve();
    };
    cutUploads(() => isCut);
    const run = await hosted.release.schedule();
    expect(run.jobs.filter(({ result }) => result === "failure").map(({ name }) => name)).not.toEqual([]);
    expect(jobOf(run, "publish / publish")?.result).toBe("success");
    expect(tagsOf(hosted)).toEqual(["hello-v1.0.0", "howdy-v1.0.0", "updates-1"]);
    expect(hosted.repository.state.releases.filter(({ draft }) => draft)).toEqual([]);
    expect(await hosted.local.kiln("verify", hosted.url)).toMatchObject({ status: 0, stderr: "" });
  });

  test("is not published a second time when the failed jobs of the run are run again", async () => {
    let isCut = false;
    beforeJob = async ({ name }) => {
      // Howdy is built after hello is published, and from then on uploads fail.
      if (!name.endsWith(howdyBuild)) return;
      await waitUntil(() => tagsOf(hosted).includes("updates-1"));
      isCut = true;
    };
    cutUploads(() => isCut);
    const first = await hosted.release.schedule();
    expect(first.conclusion).toBe("failure");
    expect(tagsOf(hosted)).toEqual(["hello-v1.0.0", "updates-1"]);
    const before = assetsOf("hello-v1.0.0");

    isCut = false;
    const second = await hosted.release.rerunFailed(first);
    expect(second.jobs.map(({ name, result }) => [name, result])).toEqual([
      ["howdy / publish / publish", "success"],
      ["publish / publish", "success"],
      ["report", "success"],
    ]);
    expect(assetsOf("hello-v1.0.0")).toEqual(before);
    expect(tagsOf(hosted)).toEqual(["hello-v1.0.0", "howdy-v1.0.0", "updates-1", "updates-2"]);
    expect(jobOf(second, "publish / publish")?.log.shown).toContain("accepted: nothing");
  });
});
