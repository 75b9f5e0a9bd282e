import { definitionSchema } from "./definition.ts";
import { describe, expect, test } from "vitest";
import {
  endOfLifeWarning,
  endsOfLife,
  groupBySeries,
  isTracked,
  seriesOf,
  wantedVersions,
} from "./policy.ts";

const offered = ["3.4.30", "3.5.9", "3.5.10", "3.6.0-rc.1", "3.6.0", "3.50.1"];

/** @param incomplete versions some of whose files are missing */
async function wanted(
  policy: object,
  incomplete: readonly string[] = [],
  versions = offered,
): Promise<string[]> {
  const found = await wantedVersions(
    versions.map((version) => ({ version })),
    definitionSchema.shape.versions.parse(policy),
    ({ version }) => Promise.resolve(!incomplete.includes(version)),
  );
  return found.map(({ version }) => version);
}

describe("policy wants", () => {
  test("the newest version in numeric order", async () => {
    expect(await wanted({})).toEqual(["3.50.1"]);
  });

  test("the newest of each series", async () => {
    expect(await wanted({ track: ["3.5", "3.6"] })).toEqual(["3.5.10", "3.6.0"]);
  });

  test("the newest of each of the newest series, without counting prereleases", async () => {
    expect(await wanted({ track: "newest 2 series" })).toEqual(["3.6.0", "3.50.1"]);
    expect(await wanted({ track: "newest 9 series" })).toEqual(["3.4.30", "3.5.10", "3.6.0", "3.50.1"]);
    expect(await wanted({ track: "newest 9 series", minimum: "3.5.0" })).toEqual([
      "3.5.10",
      "3.6.0",
      "3.50.1",
    ]);
  });

  test("an older series while nothing of the newest can be built", async () => {
    expect(await wanted({ track: "newest 2 series" }, ["3.50.1"])).toEqual(["3.5.10", "3.6.0"]);
  });

  test("nothing of a series from the date of its end of life on, and no older series instead", async () => {
    const endOfLife = { "3.6": "2026-06-30", "3.50": "9999-12-31" };
    expect(await wanted({ track: "newest 2 series", endOfLife })).toEqual(["3.50.1"]);
    expect(await wanted({ track: ["3.5", "3.6"], endOfLife })).toEqual(["3.5.10"]);
    expect(await wanted({ endOfLife: { "3.50": "2026-06-30" } })).toEqual([]);
  });

  test("nothing from a series that upstream does not have", async () => {
    expect(await wanted({ track: ["3.7", "3.5"] })).toEqual(["3.5.10"]);
  });

  test("the previous version if the newest is excluded", async () => {
    expect(await wanted({ track: ["3.5"], exclude: ["3.5.10"] })).toEqual(["3.5.9"]);
  });

  test("nothing below the minimum", async () => {
    expect(await wanted({ track: ["3.4", "3.5"], minimum: "3.5.0" })).toEqual(["3.5.10"]);
  });

  test("no prerelease, even if it is the only version of its series", async () => {
    expect(await wanted({ track: ["3.7"] }, [], ["3.7.0-beta.1"])).toEqual([]);
  });

  test("the previous version while files of the newest are missing", async () => {
    expect(await wanted({ track: ["3.5", "3.6"] }, ["3.5.10"])).toEqual(["3.5.9", "3.6.0"]);
  });
});

function warning(days: number): string | undefined {
  return endOfLifeWarning("etcd", { series: "3.5", date: "2026-06-01", days });
}

describe("the end of life of a series", () => {
  const now = new Date("2026-06-01T00:00:00Z");
  const endOfLife = { "3.4": "2026-06-30", "3.5": "2026-06-01", "3.6": "2026-06-02", "3": "2027-01-01" };
  const known = ["3.4.1", "3.5.1", "3.5.2", "3.6.1", "4.0.0"];
  const endsWith = (track: unknown) =>
    endsOfLife(known, definitionSchema.shape.versions.parse({ track, endOfLife }), now);

  test("matters if hosts follow the series", () => {
    expect(endsWith("newest")).toEqual([]);
    expect(endsWith(["3.6", "4.0"])).toEqual([{ series: "3.6", date: "2026-06-02", days: 1 }]);
    expect(endsWith("newest 3 series").map(({ series }) => series)).toEqual(["3.5", "3.6"]);
  });

  test("is that of the newest version, if hosts follow it, in whatever order versions are known", () => {
    const versions = definitionSchema.shape.versions.parse({ endOfLife });
    expect(endsOfLife(["3.6.1", "3.5.2", "3.4.1"], versions, now)).toMatchObject([{ series: "3.6" }]);
  });

  test("has been reached at the beginning of that day in UTC", () => {
    expect(endsWith(["3.5"])).toEqual([{ series: "3.5", date: "2026-06-01", days: 0 }]);
  });

  test("is worth a warning from 60 days before on", () => {
    expect(warning(61)).toBeUndefined();
    expect(warning(60)).toMatch(/^etcd 3\.5 reaches its end of life on 2026-06-01, in 60 days: /);
    expect(warning(1)).toMatch(/in 1 day:/);
    expect(warning(0)).toMatch(
      /^etcd 3\.5 reached its end of life on 2026-06-01: nothing new of it is built/,
    );
  });
});

describe("hosts that follow the newest series", () => {
  const policy = definitionSchema.shape.versions.parse({ track: "newest 2 series" });

  test("are offered the versions of these, from the oldest series on", () => {
    expect(groupBySeries(["3.4.1", "3.6.1", "3.5.1", "3.6.0"], policy, (version) => version)).toEqual([
      ["3.5.1"],
      ["3.6.1", "3.6.0"],
    ]);
  });

  test("each follow a series by its major and minor version", () => {
    expect(seriesOf("3.6.1", policy)).toBe("3.6");
    expect(isTracked("3.4.1", policy, ["3.6.1", "3.5.1"])).toBe(false);
    expect(isTracked("3.5.0", policy, ["3.6.1", "3.5.1"])).toBe(true);
  });
});
