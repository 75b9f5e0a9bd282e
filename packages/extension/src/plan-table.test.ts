import { expect, test } from "vitest";
import { nothingToBuild, planTable } from "./plan-table.ts";

test("a plan is shown as one row for each image", () => {
  const order = {
    ...{ extension: "hello", version: { upstream: "1.0.0", revision: 2 }, upstream: "debian" as const },
    ...{ inputs: [], recipe: "", hostLibraries: [] },
  };
  expect(planTable({ builds: [{ ...order, architecture: "arm64" }] })).toEqual({
    heading: ["extension", "version", "architecture", "upstream"],
    rows: [["hello", "1.0.0-2", "arm64", "debian"]],
  });
});

test("an empty plan names the extensions that could not be checked", () => {
  expect(nothingToBuild([])).toBe("Nothing to build: every wanted version is published.");
  expect(nothingToBuild(["etcd", "hello"])).toContain("could not be checked: etcd, hello");
});
