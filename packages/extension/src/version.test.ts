import { ensureProgramsFrom, tryRun } from "@sysext-kiln/machine";
import { describe, expect, test } from "vitest";
import {
  compareImageVersions,
  formatImageVersion,
  isInSeries,
  isPrerelease,
  parseImageVersion,
  parseUpstreamVersion,
} from "./version.ts";

describe("an upstream version", () => {
  test.each([
    ["3.5.30", "3.5.30"],
    ["v3.5.30", "3.5.30"],
    ["3.6.0-rc.1", "3.6.0-rc.1"],
    ["4.8", "4.8"],
    ["v2.17", "2.17"],
    ["v1.34.1+k3s1", "1.34.1+k3s1"],
    ["1.34.1-rc.1+rke2r1", "1.34.1-rc.1+rke2r1"],
  ])("%s is parsed as %s", (text, version) => {
    expect(parseUpstreamVersion(text)).toBe(version);
  });

  test.each([
    "3",
    "4.08",
    "4.8-rc1",
    "4.8+k3s1",
    "1.2.3.4",
    "3.5.30; rm -rf /",
    "../../x",
    "",
    "1.2.3-4",
    "1.2.3+build-2",
    "1.2.3+",
    "1.2.3-rc-1",
    `1.0.${"1".repeat(300)}`,
  ])("%j is rejected", (text) => {
    expect(parseUpstreamVersion(text)).toBeUndefined();
  });

  test("can be a prerelease", () => {
    expect(isPrerelease("3.6.0-rc.1")).toBe(true);
    expect(isPrerelease("3.6.0")).toBe(false);
  });

  test("belongs to a series only if a dot follows it", () => {
    expect(isInSeries("3.5.30", "3.5")).toBe(true);
    expect(isInSeries("3.50.1", "3.5")).toBe(false);
  });
});

describe("the version of an image", () => {
  test.each(["3.5.30", "3.5.30-2", "3.6.0-rc.1-2", "4.8-2", "1.34.1+k3s1-2"])(
    "%s is formatted as it was parsed",
    (text) => {
      const version = parseImageVersion(text);
      expect(version && formatImageVersion(version)).toBe(text);
    },
  );

  test.each([
    "3.5.30-1",
    "3.5.30-0",
    "3.5.30-02",
    "3-2",
    "v3.5.30",
    "3.5.30\r",
    " 3.5.30-2",
    "3.5.30-99999999999999999999",
  ])("%j is rejected", (text) => {
    expect(parseImageVersion(text)).toBeUndefined();
  });

  const ascending = [
    ...["3.5", "3.5-2", "3.5.0", "3.5.9", "3.5.10", "3.5.10-2", "3.5.10-10", "3.5.11", "3.6.0", "3.6.0-2"],
    ...["3.6.0+k3s1", "3.6.0+k3s1-2", "3.6.0+k3s1.1", "3.6.0+k3s2", "3.6.0+k3s10", "3.6.0+rke2r1", "3.6.0+1"],
    ...["3.6.1", "3.10"],
  ];

  test("is ordered by number, with rebuilds after the first build", () => {
    const shuffled = ascending.toReversed().map((text) => parseImageVersion(text)!);
    expect(shuffled.toSorted(compareImageVersions).map(formatImageVersion)).toEqual(ascending);
  });

  test("is ordered in the same way whichever of two comes first, and equal to itself", () => {
    const versions = ascending.map((text) => parseImageVersion(text)!);
    for (const [index, version] of versions.entries()) {
      expect(compareImageVersions(version, version)).toBe(0);
      for (const later of versions.slice(index + 1)) {
        expect(compareImageVersions(version, later)).toBeLessThan(0);
        expect(compareImageVersions(later, version)).toBeGreaterThan(0);
      }
    }
  });

  test("is ordered as systemd orders it", async () => {
    const systemd = {
      packages: ["systemd"],
      purpose: "compare our order of versions with systemd's",
    } as const;
    const table = { "systemd-analyze": systemd };
    const programs = await ensureProgramsFrom(table, ["systemd-analyze"], () => undefined);
    for (const [index, older] of ascending.slice(0, -1).entries()) {
      const comparison = ["compare-versions", older, "lt", ascending[index + 1]!];
      expect(await tryRun(programs["systemd-analyze"], comparison)).toMatchObject({ status: 0 });
    }
  });
});
