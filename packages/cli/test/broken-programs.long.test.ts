import { describeOnHosts } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, test } from "vitest";
import { defects, expectToRecover, publishDefects } from "./broken-programs.ts";
import type { HelloReleases } from "./hello-releases.ts";

/** The others take minutes, or are similar. */
const quick = ["has a syntax error", "deletes its state", "completes without any work"];
const chosen = defects.filter(({ name }) => quick.includes(name));

let releases: HelloReleases;

beforeAll(async () => {
  releases = await publishDefects(chosen);
});

afterAll(() => releases[Symbol.asyncDispose]());

describeOnHosts.concurrent("a host that gets a broken version of kiln-host", (suite) => {
  test("follows the next good one by itself", () => expectToRecover(releases, suite, chosen));
});
