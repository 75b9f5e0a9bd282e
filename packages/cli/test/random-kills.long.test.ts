import { describeOnHosts } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, test } from "vitest";
import type { HelloReleases } from "./hello-releases.ts";
import { expectToSurvive, publishVersions } from "./random-kills.ts";

const updates = 2;

let releases: HelloReleases;

beforeAll(async () => {
  releases = await publishVersions(updates);
});

afterAll(() => releases[Symbol.asyncDispose]());

// The tier faults kills a hundred times.
describeOnHosts.concurrent("kiln-host that is killed at random moments", (suite) => {
  test("takes the healthy version, and leaves the unhealthy one", () =>
    expectToSurvive(releases, { suite, seed: 1, updates, killsPerUpdate: 2 }));
});
