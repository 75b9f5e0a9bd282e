import { describe, expect, test } from "vitest";
import { definitionSchema } from "./definition.ts";
import { isAllowed, isTracked, pauseOf, rolloutSeconds, withdrawalOf } from "./policy.ts";

const policy = (versions: object) => definitionSchema.shape.versions.parse(versions);

describe("policy allows a version", () => {
  test("from the minimum on", () => {
    const versions = policy({ minimum: "3.5.2" });
    expect(["3.5.1", "3.5.2", "3.5.3"].map((version) => isAllowed(version, versions))).toEqual([
      false,
      true,
      true,
    ]);
  });

  test("unless it is excluded, withdrawn, or a prerelease", () => {
    const versions = policy({ exclude: ["1.0.0"], withdrawn: { "1.0.1": "loses data" } });
    const allowed = ["1.0.0", "1.0.1", "1.0.2-rc.1", "1.0.3"].filter((version) =>
      isAllowed(version, versions),
    );
    expect(allowed).toEqual(["1.0.3"]);
  });
});

test("a version by itself is tracked if its series is followed", () => {
  const versions = policy({ track: ["3.5"] });
  expect(["3.5.1", "3.6.1"].map((version) => isTracked(version, versions))).toEqual([true, false]);
});

describe("a version is withdrawn or paused", () => {
  const versions = policy({
    withdrawn: { "1.0.0": "loses data", "1.1.0-2": "was built wrongly" },
    paused: { "1.2.0": "is slow" },
  });

  test("with all its revisions, if none is named", () => {
    expect(withdrawalOf({ upstream: "1.0.0", revision: 3 }, versions)).toBe("loses data");
    expect(pauseOf({ upstream: "1.2.0", revision: 1 }, versions)).toBe("is slow");
  });

  test("in one revision, if it is named", () => {
    expect(withdrawalOf({ upstream: "1.1.0", revision: 2 }, versions)).toBe("was built wrongly");
    expect(withdrawalOf({ upstream: "1.1.0", revision: 1 }, versions)).toBeUndefined();
  });

  test("only if its reason is given", () => {
    expect(withdrawalOf({ upstream: "1.2.0", revision: 1 }, versions)).toBeUndefined();
    expect(pauseOf({ upstream: "1.0.0", revision: 1 }, versions)).toBeUndefined();
  });
});

test.each([
  [undefined, 0],
  ["none", 0],
  ["30m", 1800],
  ["48h", 172_800],
  ["2d", 172_800],
])("a rollout of %s takes %d seconds", (rollout, seconds) => {
  expect(rolloutSeconds(policy({ rollout }))).toBe(seconds);
});
