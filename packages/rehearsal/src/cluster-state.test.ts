import { describe, expect, test } from "vitest";
import { dataDifferences, describeData, type ClusterState } from "./cluster-state.ts";

const before: ClusterState = {
  revision: 100,
  keys: 3,
  hashes: { one: "aa", two: "aa" },
  members: ["1, started, one", "2, started, two"],
  leases: ["0000000000000001", "0000000000000002"],
};
const leases = {
  seconds: new Map([
    ["0000000000000001", 3600],
    ["0000000000000002", 10],
  ]),
  elapsed: 60,
};

describe("the data of a cluster", () => {
  test("is the same with keys that were written later, and without leases that have expired", () => {
    const after = { ...before, leases: ["0000000000000001", "0000000000000003"] };
    expect(dataDifferences(before, after, leases)).toEqual([]);
    expect(describeData(before, after)).toBe(
      "keys with their values: 3; leases: 2, of which 1 may have expired; members: 2",
    );
  });

  test.each([
    [
      "another value on one member",
      { hashes: { one: "aa", two: "bb" } },
      "two has other keys or values: hash bb instead of aa",
    ],
    ["fewer keys", { keys: 2 }, "2 keys instead of 3"],
    [
      "a lease less",
      { leases: ["0000000000000002"] },
      "the lease 0000000000000001 is missing, although it has not expired",
    ],
    ["a member less", { members: ["1, started, one"] }, "a member is missing: 2, started, two"],
    [
      "a member more",
      { members: [...before.members, "3, started, three"] },
      "a member is new: 3, started, three",
    ],
  ])("differs with %s", (_, change, difference) => {
    expect(dataDifferences(before, { ...before, ...change }, leases)).toEqual([difference]);
  });

  test("cannot be compared if the members differed before", () => {
    const differing = { ...before, hashes: { one: "aa", two: "bb" } };
    expect(dataDifferences(differing, before, leases)).toContain("the members differed before: aa and bb");
  });
});
