import { describe, expect, test } from "vitest";
import type { Attempt } from "./etcdctl.ts";
import { openChecks } from "./report.ts";
import { checkWrites, openGapMeter } from "./writes.ts";

describe("the longest gap between writes", () => {
  test("belongs to the part in which it ended", () => {
    const meter = openGapMeter();
    meter.begin("the upgrade", 1000);
    for (const at of [1010, 1500, 1510]) meter.acknowledge(at);
    expect(meter.longest()).toEqual({ ms: 490, during: "the upgrade" });
    meter.begin("the rollback", 1600);
    meter.acknowledge(2100);
    expect(meter.longest()).toEqual({ ms: 590, during: "the rollback" });
  });

  test("can be at the end, without a write after it", () => {
    const meter = openGapMeter();
    meter.begin("the upgrade", 0);
    meter.acknowledge(10);
    meter.pause(5010);
    expect(meter.longest()).toEqual({ ms: 5000, during: "the upgrade" });
  });

  test("is not in a pause, even if writes are acknowledged in it or reported after it", () => {
    const meter = openGapMeter();
    meter.begin("the upgrade", 0);
    meter.acknowledge(10);
    meter.pause(20);
    meter.acknowledge(5000);
    meter.begin("the rollback", 9000);
    meter.acknowledge(8990);
    meter.acknowledge(9015);
    meter.pause(9016);
    expect(meter.longest()).toEqual({ ms: 15, during: "the rollback" });
  });

  test("is found if no write is acknowledged any more after a pause", () => {
    const meter = openGapMeter();
    meter.begin("the upgrade", 0);
    meter.pause(10);
    meter.begin("the rollback", 9000);
    meter.pause(70_000);
    expect(meter.longest()).toEqual({ ms: 61_000, during: "the rollback" });
  });
});

function checked(stored: Readonly<Record<string, Attempt<string>>>, ms: number) {
  const checks = openChecks();
  const writes = { acknowledged: 3, longestGap: { ms, during: "the upgrade" } };
  const report = checkWrites(checks, new Map(Object.entries(stored)), writes, { maxGap: 10 });
  return { report, checks: checks.all().filter(({ name }) => name.startsWith("write")) };
}

describe("the check of the writes", () => {
  test("passes if every member has all of them, also unacknowledged ones, and the gap is within the limit", () => {
    const { report, checks } = checked(
      { one: { value: "0\n1\n2\n" }, two: { value: "0\n1\n2\n3\n" } },
      10_000,
    );
    expect(checks).toEqual([
      { name: "writes", result: "passed", details: ["all members have all 3 acknowledged writes"] },
      {
        name: "write gap",
        result: "passed",
        details: ["at most 10 s between two acknowledged writes, during the upgrade"],
      },
    ]);
    expect(report).toEqual({ acknowledged: 3, lost: 0, longestGapSeconds: 10, during: "the upgrade" });
  });

  test("fails if a member lacks one, or cannot be read", () => {
    const { report, checks } = checked(
      { one: { value: "0\n1\n2\n" }, two: { value: "0\n2\n" }, three: { problem: "three is gone" } },
      0,
    );
    expect(checks[0]).toEqual({
      name: "writes",
      result: "failed",
      details: ["two lacks 1 of 3 acknowledged writes", "three is gone"],
    });
    expect(report.lost).toBe(1);
  });

  test("fails if the gap is longer than the limit", () => {
    const { checks } = checked({ one: { value: "0\n1\n2\n" } }, 10_100);
    expect(checks[1]).toMatchObject({
      result: "failed",
      details: ["at most 10.1 s between two acknowledged writes, during the upgrade; the limit is 10 s"],
    });
  });
});
