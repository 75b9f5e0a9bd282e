import { describe, expect, test } from "vitest";
import { killAt } from "./kill.ts";

/** Every step of the run, until it has fewer. */
async function atEachStep(check: (step: number) => Promise<{ step: number }>): Promise<void> {
  let tried = 0;
  for (let step = 1; (await check(step)).step !== 0; step += 1) tried += 1;
  expect(tried).toBeGreaterThan(40);
}

describe.each(["run", "boot"] as const)("a run that is killed at any step, before the next %s,", (then) => {
  test("is finished by later ones if the version is good", async () => {
    await atEachStep(async (step) => {
      const outcome = await killAt(step, {}, then);
      expect(outcome).toMatchObject({ runs: "3.5.10", state: "settled", refused: undefined });
      return outcome;
    });
  });

  test.each([
    ["unhealthy", { health: "exit 1" }],
    ["crashes", { start: "crashes" }],
    ["exits", { start: "exits" }],
    ["hangs", { start: "hangs" }],
  ] as const)("leads back from a bad version, which %s", async (_, next) => {
    await atEachStep(async (step) => {
      const outcome = await killAt(step, next, then);
      expect(outcome).toMatchObject({ runs: "3.5.9", state: "settled" });
      return outcome;
    });
  });
});
