import { definitionSchema, formatImageVersion, releaseTag } from "@sysext-kiln/extension";
import { helloData } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openWatched, type Watched } from "./upstream.ts";

let watched: Watched;
beforeEach(async () => {
  watched = await openWatched("releases");
  for (const tag of ["v1.9.0", "v2.0.0", "v2.1.0", "v2.1.1"]) watched.release(tag);
});
afterEach(() => watched[Symbol.asyncDispose]());

/** Changes what the policy of hello selects. */
function setPolicy(versions: object): void {
  const { extension } = watched;
  const { upstreams } = extension.definition;
  extension.definition = definitionSchema.parse({ ...helloData(), upstreams, versions });
}

/** The versions in the plan, and whether hosts will be offered them. */
async function planned(options: Parameters<Watched["watch"]>[0] = {}) {
  const orders = await watched.watch(options);
  const described = orders.map(
    ({ version, outsidePolicy = false }) =>
      `${formatImageVersion(version)}${outsidePolicy ? ", not for hosts" : ""}`,
  );
  return [...new Set(described)];
}

describe("a requested version that the policy does not select is marked, and a warning says why", () => {
  const ended = { "2.0": "2026-01-01" };

  test.each([
    ["is older than the newest one", "2.1.0", {}, "the policy selects 2.1.1"],
    [
      "is older than the newest one of its series",
      "2.1.0",
      { track: ["2.0", "2.1"] },
      "the policy selects 2.0.0 and 2.1.1",
    ],
    [
      "is of a series that hosts do not follow",
      "1.9.0",
      { track: ["2.0", "2.1"] },
      "hosts do not follow its series",
    ],
    [
      "is of a series older than the newest ones",
      "1.9.0",
      { track: "newest 2 series" },
      "hosts do not follow its series",
    ],
    ["is below the minimum", "1.9.0", { minimum: "2.0.0" }, "the policy's minimum is 2.0.0"],
    ["is excluded", "2.1.1", { exclude: ["2.1.1"] }, "the policy excludes it"],
    ["is withdrawn", "2.1.1", { withdrawn: { "2.1.1": "loses data" } }, "it is withdrawn"],
    [
      "is of a series without support",
      "2.0.0",
      { track: ["2.0", "2.1"], endOfLife: ended },
      "the series 2.0 reached its end of life on 2026-01-01",
    ],
  ])("if it %s", async (_, version, policy, reason) => {
    setPolicy(policy);
    expect(await planned({ version })).toEqual([`${version}, not for hosts`]);
    expect(watched.log).toEqual([
      `hosts are not offered hello ${version}, which gets only its permanent release: ${reason}`,
    ]);
  });
});

describe("a requested version that the policy selects", () => {
  test.each([
    ["the newest one", "v2.1.1", {}],
    ["the newest one of an older series", "2.0.0", { track: "newest 2 series" }],
    ["the newest one that is not excluded", "2.1.0", { exclude: ["2.1.1"] }],
  ])("such as %s, is for hosts", async (_, version, policy) => {
    setPolicy(policy);
    expect(await planned({ version })).toEqual([version.replace("v", "")]);
    expect(watched.log).toEqual([]);
  });
});

test("a prerelease is not built, even on request", async () => {
  watched.release("v2.2.0-rc.1");
  await expect(planned({ version: "2.2.0-rc.1" })).rejects.toMatchObject({ code: "unknown-version" });
});

describe("a version that was published on request", () => {
  beforeEach(async () => {
    watched.publish(await watched.watch({ version: "2.1.0" }));
    watched.log.length = 0;
  });

  test("is not built again on request, and the warning is repeated", async () => {
    expect(await planned({ version: "2.1.0" })).toEqual([]);
    expect(watched.log).toEqual([expect.stringContaining("hosts are not offered hello 2.1.0")]);
  });

  test.each([
    ["listed", true],
    ["looked up by its tag", false],
  ])("is built as its next revision when the policy selects it, whether it is %s", async (_, listed) => {
    setPolicy({ exclude: ["2.1.1"] });
    const orders = await watched.watch({ listed });
    expect(orders.map(({ version, outsidePolicy }) => [formatImageVersion(version), outsidePolicy])).toEqual([
      ["2.1.0-2", undefined],
      ["2.1.0-2", undefined],
    ]);
    watched.publish(orders);
    expect(await planned({ listed: true })).toEqual([]);
    expect(watched.releases.map(({ tag }) => tag)).toEqual(["hello-v2.1.0", "hello-v2.1.0-2"]);
  });

  test("is not what hosts have, so an older version is built if upstream has removed it", async () => {
    watched.upstream.state.releases.splice(0);
    watched.upstream.state.tags.clear();
    watched.release("v2.0.0");
    expect(await planned()).toEqual(["2.0.0"]);
  });
});

test("a version that the policy selected before, and that is published, is requested without a warning", async () => {
  setPolicy({ exclude: ["2.1.1"] });
  watched.publish(await watched.watch());
  setPolicy({});
  expect(await planned({ version: "2.1.0" })).toEqual([]);
  expect(watched.log).toEqual([]);
  expect(watched.releases.map(({ tag }) => tag)).toEqual([
    releaseTag(watched.extension.definition, { upstream: "2.1.0", revision: 1 }),
  ]);
});
