import type { Fault } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failedCases, next, now, openFaultRunner, type FaultRunner } from "./fault-cases.ts";
import { hello } from "./images.ts";
import { publishVersions } from "./publish-versions.ts";

const basic: [string, Fault][] = [
  ["is answered with 500 and has no effect", { answer: 500 }],
  ["takes effect, and its answer is lost", { cut: "after" }],
];
const others: [string, Fault][] = [
  ["takes effect and is answered with 502", { answer: 502, after: true }],
  ["fails because the connection is cut", { cut: "before" }],
  ["is refused for some time", { retryAfter: 3 }],
];

const isUpload = ({ part }: { part: string }) => part === "uploads";

describe.each([
  ["GitHub", false, [...basic, ...others]],
  ["GitHub with immutable releases", true, basic],
])("to %s", { timeout: 120_000 }, (_, immutable, faults) => {
  let runner: FaultRunner;
  beforeAll(async () => {
    runner = await openFaultRunner(immutable);
  });
  afterAll(() => runner[Symbol.asyncDispose]());

  test("publishing takes a few dozen requests", () => {
    expect(runner.requests).toBeGreaterThan(25);
    expect(runner.requests).toBeLessThan(60);
  });

  describe("a publisher ends as if nothing had happened when any one of its requests", () => {
    test.each(faults)("%s", async (__, fault) => {
      const failed = await failedCases(runner, { count: runner.requests, width: 8 }, (number) => ({
        what: `request ${number}`,
        rerun: false,
        async publish({ github, store, folder }, first) {
          github.fault(first + number - 1, fault);
          await publishVersions(store, hello, folder, [next], { now });
        },
      }));
      expect(failed).toEqual([]);
    });
  });

  test("the next run finishes the work when the network fails from any request on", async () => {
    const failed = await failedCases(runner, { count: runner.requests, width: 8 }, (number) => ({
      what: `nothing after request ${number}`,
      rerun: true,
      async publish({ github, store, folder }, first) {
        let isGone = true;
        github.fault((request) => isGone && request.number >= first + number, { cut: "before" }, Infinity);
        await publishVersions(store, hello, folder, [next], { now }).catch(() => undefined);
        isGone = false;
      },
    }));
    expect(failed).toEqual([]);
  });

  test.each<[string, Fault]>([
    ["is a starter, answered with 502", { asset: "starter" }],
    ["is incomplete", { cut: "during" }],
    ["has no digest", { asset: "null-digest" }],
  ])("every upload may result in an asset that %s", async (__, fault) => {
    const { contents, broken } = await runner.run({
      what: "each upload once",
      rerun: false,
      async publish({ github, store, folder }) {
        const seen = new Set<string>();
        const isFirst = ({ path, query }: { path: string; query: URLSearchParams }) =>
          seen.size < seen.add(`${path} ${query.get("name")}`).size;
        github.fault((request) => isUpload(request) && isFirst(request), fault, Infinity);
        await publishVersions(store, hello, folder, [next], { now });
      },
    });
    expect(contents).toEqual(runner.expected);
    expect(broken).toEqual([]);
  });

  test.each<[string, Fault]>([
    ["bytes other than those sent", { asset: "wrong-bytes" }],
    ["a wrong digest", { asset: "wrong-digest" }],
  ])("an asset with %s is never published, and the next run replaces it", async (__, fault) => {
    const { contents, broken } = await runner.run({
      what: "the first upload",
      rerun: true,
      async publish({ github, store, folder, repository }) {
        github.fault(isUpload, fault);
        await expect(publishVersions(store, hello, folder, [next], { now })).rejects.toMatchObject({
          code: "digest-mismatch",
        });
        expect(repository.state.releases.filter(({ draft }) => draft)).toHaveLength(1);
      },
    });
    expect(contents).toEqual(runner.expected);
    expect(broken).toEqual([]);
  });
});
