import { expect, test } from "vitest";
import { errorsOf, jobsOf, offeredBy, openHostedTestRepository, tagsOf } from "./hosted-repository.ts";

test("with immutable releases, a run publishes what changed and completes the draft of an interrupted run", async () => {
  await using hosted = await openHostedTestRepository({ immutableReleases: true });
  const { github, local, release, repository } = hosted;
  const drafts = () => repository.state.releases.filter(({ draft }) => draft).map(({ tag }) => tag);
  const assets = () =>
    repository.state.releases.flatMap(({ tag, immutable, assets: held }) =>
      held.map(({ name, digest }) => `${tag} ${immutable} ${name} ${digest}`),
    );
  await local.offer("1.0.0-1");
  expect(errorsOf(await release.schedule())).toEqual([]);
  const first = assets();
  expect(first.filter((line) => line.includes(" false "))).toEqual([]);

  // The network is gone from the third upload on, until the run has ended.
  let uploads = 0;
  github.fault(
    ({ part }) => {
      if (part === "uploads") uploads += 1;
      return uploads > 2;
    },
    { cut: "before" },
    Infinity,
  );
  await local.offer("1.1.0-1");
  expect((await release.schedule()).conclusion).toBe("failure");
  uploads = -Infinity;
  expect(drafts()).toEqual(["hello-v1.1.0"]);
  expect(tagsOf(hosted)).toEqual(["hello-v1.0.0", "updates-1"]);
  expect(await offeredBy(hosted)).toEqual(["hello-1.0.0-arm64.raw", "hello-1.0.0-x86-64.raw"]);

  expect(errorsOf(await release.schedule())).toEqual([]);
  expect(drafts()).toEqual([]);
  expect(tagsOf(hosted)).toEqual(["hello-v1.0.0", "hello-v1.1.0", "updates-1", "updates-2"]);
  expect(assets()).toEqual(expect.arrayContaining(first));
  expect(assets().filter((line) => line.includes(" false "))).toEqual([]);
  expect(await offeredBy(hosted)).toEqual(
    ["arm64", "x86-64"]
      .flatMap((architecture) => ["1.0.0", "1.1.0"].map((version) => `hello-${version}-${architecture}.raw`))
      .toSorted(),
  );
  expect(await local.kiln("verify", hosted.url)).toMatchObject({ status: 0, stderr: "" });
  expect(jobsOf(await release.schedule())).toEqual(["watch"]);
});
