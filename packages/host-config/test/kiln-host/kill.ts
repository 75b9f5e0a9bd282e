import { settledHost, type ImageOptions } from "@sysext-kiln/testbed/host-folder";
import { expect } from "vitest";

/**
 * Kills the run that updates a host from 3.5.9 to 3.5.10 at one of its steps, as a power cut or not, and lets
 * the host continue. Whatever happened, a later version is installed afterwards.
 * @returns the host's state after two more runs; the step is 0 if the run had fewer steps
 */
export async function killAt(step: number, next: ImageOptions, then: "run" | "boot" = "run") {
  await using host = await settledHost("3.5.9");
  await host.publish("3.5.10", next);
  const killed = await host.run({ KILL_AT: String(step) });
  if (then === "boot") await host.boot();
  for (const _ of [1, 2]) await host.run();
  const { linked, merged, runs } = await host.versions();
  expect({ step, linked, merged }).toEqual({ step, linked: runs, merged: runs });
  const { state, refused } = await host.state();
  await host.publish("3.5.12");
  await host.run();
  expect({ step, ...(await host.versions()) }).toMatchObject({ step, runs: "3.5.12" });
  return { step: killed.status === undefined ? step : 0, runs, state, refused };
}
