import { describeOnHosts, faultSeed, openReplayer, somePrefixes } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HelloReleases } from "./hello-releases.ts";
import { expectToRecover, findDamage, publishForPowerLoss, recordHost } from "./power-loss.ts";

let releases: HelloReleases;

beforeAll(async () => {
  releases = await publishForPowerLoss();
});

afterAll(() => releases[Symbol.asyncDispose]());

/** At how many moments the disk is inspected, and at how many the host boots. */
const [inspected, booted] = [200, 10];

describeOnHosts("a host whose power fails during an update", (suite) => {
  test("has whole files at any moment, and recovers when it boots", async () => {
    const recording = await recordHost(releases, suite);
    expect(recording.events.length).toBeGreaterThan(100);
    await using replayer = await openReplayer();
    for (const crash of somePrefixes(recording, faultSeed(), inspected)) {
      const damaged = await findDamage(releases, crash, replayer);
      expect({ crash: crash.name, damaged }).toEqual({ crash: crash.name, damaged: [] });
    }
    for (const crash of somePrefixes(recording, faultSeed(), booted))
      await expectToRecover(releases, suite, crash, replayer);
  });
});
