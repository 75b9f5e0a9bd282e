import { describeOnHosts } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, test } from "vitest";
import { expectToSurviveFaults, hostFaults, next, old } from "./disk-faults.ts";
import { openHelloReleases, type HelloReleases } from "./hello-releases.ts";

let releases: HelloReleases;

beforeAll(async () => {
  releases = await openHelloReleases();
  await releases.offer([old]);
  await releases.offer([next]);
});

afterAll(() => releases[Symbol.asyncDispose]());

// Those of networks and repositories are in host-refusals.long.test.ts.
describeOnHosts.concurrent("a fault of a host during an update", (suite) => {
  test("does not stop the service, and the next run updates it", () =>
    expectToSurviveFaults(releases, suite, hostFaults));
});
