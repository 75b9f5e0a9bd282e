import { describe, expect, test } from "vitest";
import { killAt } from "./kill.ts";

// interrupted.slow.test.ts has every step, and every kind of bad version.
const some = [3, 9, 14, 19, 24, 29, 34, 38, 42, 47, 52];

describe("a run that is killed", () => {
  test.each(some)("at step %i in the update to a good version is finished by later runs", async (step) => {
    expect(await killAt(step, {})).toEqual({ step, runs: "3.5.10", state: "settled", refused: undefined });
  });

  test.each(some.map((step) => step * 2))(
    "at step %i in the trial of a bad version leads back",
    async (step) => {
      expect(await killAt(step, { start: "fails" })).toMatchObject({ step, runs: "3.5.9", state: "settled" });
    },
  );

  test.each([20, 33, 47])("at step %i, by a power cut, is finished after the boot", async (step) => {
    expect(await killAt(step, {}, "boot")).toMatchObject({ runs: "3.5.10", state: "settled" });
    expect(await killAt(step, { start: "crashes" }, "boot")).toMatchObject({ runs: "3.5.9" });
  });
});
