import { describeOnHosts } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, test } from "vitest";
import { defects, expectToRecover, publishDefects } from "./broken-programs.ts";
import type { HelloReleases } from "./hello-releases.ts";

let releases: HelloReleases;

beforeAll(async () => {
  releases = await publishDefects(defects);
});

afterAll(() => releases[Symbol.asyncDispose]());

describeOnHosts.concurrent("a host that gets broken versions of kiln-host", (suite) => {
  test("follows the good version after each of them by itself", () =>
    expectToRecover(releases, suite, defects));
});
