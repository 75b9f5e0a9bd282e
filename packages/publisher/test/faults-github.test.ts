import type { Fault } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hello } from "./images.ts";
import { publishVersions } from "./publish-versions.ts";
import { failures, next, openTrials, type Trials } from "./trial.ts";

const basic: [string, Fault][] = [
  ["is answered with 500 and not done", { answer: 500 }],
  ["is done, and the answer is lost", { cut: "after" }],
];
const others: [string, Fault][] = [
  ["is answered with 502 after it was done", { answer: 502, after: true }],
  ["finds the connection cut", { cut: "before" }],
  ["is refused for a while", { retryAfter: 3 }],
];

const isUpload = ({ part }: { part: string }) => part === "uploads";

describe.each([
  ["GitHub", false, [...basic, ...others]],
  ["GitHub with immutable releases", true, basic],
])("to %s", { timeout: 120_000 }, (_, immutable, faults) => {
  let trials: Trials;
  beforeAll(async () => {
    trials = await openTrials(immutable);
  });
  afterAll(() => trials[Symbol.asyncDispose]());

  test("publishing takes a few dozen requests", () => {
    expect(trials.requests).toBeGreaterThan(25);
    expect(trials.requests).toBeLessThan(60);
  });

  describe("a publisher ends as if nothing had happened, whichever of its requests", () => {
    test.each(faults)("%s", async (__, fault) => {
      const failed = await failures(trials, { count: trials.requests, width: 8 }, (number) => ({
        what: `request ${number}`,
        again: false,
        async publish({ github, store, folder }, first) {
          github.fault(first + number - 1, fault);
          await publishVersions(store, hello, folder, [next]);
        },
      }));
      expect(failed).toEqual([]);
    });
  });

  test("the next run finishes when the network was gone from any request on", async () => {
    const failed = await failures(trials, { count: trials.requests, width: 8 }, (number) => ({
      what: `nothing after request ${number}`,
      again: true,
      async publish({ github, store, folder }, first) {
        let isGone = true;
        github.fault((request) => isGone && request.number >= first + number, { cut: "before" }, Infinity);
        await publishVersions(store, hello, folder, [next]).catch(() => undefined);
        isGone = false;
      },
    }));
    expect(failed).toEqual([]);
  });

  test.each<[string, Fault]>([
    ["is a starter, answered with 502", { asset: "starter" }],
    ["was cut in the middle", { cut: "during" }],
    ["has no digest", { asset: "null-digest" }],
  ])("every upload may end as an asset that %s", async (__, fault) => {
    const { contents, broken } = await trials.run({
      what: "each upload once",
      again: false,
      async publish({ github, store, folder }) {
        const seen = new Set<string>();
        const isFirst = ({ path, query }: { path: string; query: URLSearchParams }) =>
          seen.size < seen.add(`${path} ${query.get("name")}`).size;
        github.fault((request) => isUpload(request) && isFirst(request), fault, Infinity);
        await publishVersions(store, hello, folder, [next]);
      },
    });
    expect(contents).toEqual(trials.finished);
    expect(broken).toEqual([]);
  });

  test.each<[string, Fault]>([
    ["other bytes than were sent", { asset: "wrong-bytes" }],
    ["another digest than it should", { asset: "wrong-digest" }],
  ])("an asset with %s is never published, and the next run mends it", async (__, fault) => {
    const { contents, broken } = await trials.run({
      what: "the first upload",
      again: true,
      async publish({ github, store, folder, repository }) {
        github.fault(isUpload, fault);
        await expect(publishVersions(store, hello, folder, [next])).rejects.toMatchObject({
          code: "digest-mismatch",
        });
        expect(repository.state.releases.filter(({ draft }) => draft)).toHaveLength(1);
      },
    });
    expect(contents).toEqual(trials.finished);
    expect(broken).toEqual([]);
  });
});
