import { definitionSchema, type BuildOrder, type Plan } from "@sysext-kiln/extension";
import { helloData } from "@sysext-kiln/testbed";
import { describe, expect, test } from "vitest";
import { matrixOf, partOfPlan, planSummary } from "./plan-outputs.ts";

function planOf(versions: number): Plan {
  const builds = Array.from({ length: versions }, (_, index) =>
    (["x86-64", "arm64"] as const).map((architecture): BuildOrder => ({
      extension: `e${index}`,
      version: { upstream: "1.0.0", revision: 1 },
      architecture,
      upstream: "debian",
      inputs: [],
      recipe: "0".repeat(64),
      hostLibraries: [],
    })),
  );
  return { builds: builds.flat() };
}

test("a plan within the limit is built by one run", () => {
  expect(partOfPlan(planOf(128), 256, 7)).toEqual({ plan: planOf(128), waiting: 0 });
  expect(partOfPlan(planOf(0), 256, 7)).toEqual({ plan: { builds: [] }, waiting: 0 });
});

test("a plan of 1,000 images takes four runs", () => {
  let { builds } = planOf(500);
  const sizes: number[] = [];
  for (let run = 41; builds.length > 0; run += 1) {
    const { plan, waiting } = partOfPlan({ builds }, 256, run);
    sizes.push(plan.builds.length);
    builds = builds.filter((order) => !plan.builds.includes(order));
    expect(waiting).toBe(builds.length);
  }
  expect(sizes.toSorted((left, right) => right - left)).toEqual([256, 256, 256, 232]);
});

test("a part whose builds all fail does not delay the others", () => {
  const { builds } = planOf(300);
  const attempted = [1, 2, 3].flatMap((run) => partOfPlan({ builds }, 256, run).plan.builds);
  expect(new Set(attempted)).toEqual(new Set(builds));
});

test("the summary of a run names what waits, and what a person should know", () => {
  const outcome = { waiting: 0, failed: [], published: undefined, warnings: [] };
  const warnings = ["etcd 3.5 reached its end of life"];
  expect(planSummary({ builds: [] }, { ...outcome, warnings })).toMatch(
    /^Nothing to build[^]*\n\netcd 3\.5 reached its end of life$/,
  );
  expect(planSummary(planOf(1), { ...outcome, waiting: 2 })).toMatch(
    /\| e0 \|[^]*\n\n2 more images wait for the next run\.$/,
  );
});

test("all architectures of a version are in the same part", () => {
  const { plan } = partOfPlan(planOf(3), 3, 0);
  expect(plan.builds.map(({ extension }) => extension)).toEqual(["e0", "e0"]);
});

const extensionsOf = ({ builds }: Plan) =>
  [...new Set(builds.map(({ extension }) => extension))].map((name) => ({
    folder: "",
    definition: definitionSchema.parse({ ...helloData(), name, asset: `${name}-{version}-{arch}.raw` }),
  }));
const matrixFor = (versions: number, arm64Runner?: string) =>
  matrixOf(extensionsOf(planOf(versions)), planOf(versions), arm64Runner);

describe("the matrix of a plan", () => {
  test("has an entry for each extension, with a job for each of its images", () => {
    expect(matrixFor(2, "arm")).toEqual(
      ["e0", "e1"].map((extension) => ({
        extension,
        images: [
          { image: `${extension}-1.0.0-x86-64.raw`, architecture: "x86-64", runner: "" },
          { image: `${extension}-1.0.0-arm64.raw`, architecture: "arm64", runner: "arm" },
        ],
        early: true,
      })),
    );
  });

  test("publishes a single extension only at the end, and no more early than GitHub's queue holds", () => {
    expect(matrixFor(1).map(({ early }) => early)).toEqual([false]);
    expect(matrixFor(128).filter(({ early }) => early)).toHaveLength(50);
  });
});
