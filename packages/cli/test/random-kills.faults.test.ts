import { describeOnHosts, faultSeed } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, test } from "vitest";
import type { HelloReleases } from "./hello-releases.ts";
import { expectToSurvive, publishVersions } from "./random-kills.ts";

const updates = 20;

let releases: HelloReleases;

beforeAll(async () => {
  releases = await publishVersions(updates);
});

afterAll(() => releases[Symbol.asyncDispose]());

describeOnHosts.concurrent("kiln-host that is killed a hundred times at random moments", (suite) => {
  test("takes each healthy version, and leaves each unhealthy one", () =>
    expectToSurvive(releases, { suite, seed: faultSeed(), updates, killsPerUpdate: 5 }));
});
