import { definitionSchema } from "@sysext-kiln/extension";
import { describe, expect, test } from "vitest";
import { wantedVersions } from "./policy.ts";

const offered = ["3.4.30", "3.5.9", "3.5.10", "3.6.0-rc.1", "3.6.0", "3.50.1"];

function wanted(versions: object): string[] {
  return wantedVersions(offered, definitionSchema.shape.versions.parse(versions));
}

describe("policy wants", () => {
  test("the newest version, by number and not by letter", () => {
    expect(wanted({})).toEqual(["3.50.1"]);
  });

  test("the newest of each line", () => {
    expect(wanted({ track: ["3.5", "3.6"] })).toEqual(["3.5.10", "3.6.0"]);
  });

  test("nothing of a line that upstream does not have", () => {
    expect(wanted({ track: ["3.7", "3.5"] })).toEqual(["3.5.10"]);
  });

  test("the one before, where the newest is excluded", () => {
    expect(wanted({ track: ["3.5"], exclude: ["3.5.10"] })).toEqual(["3.5.9"]);
  });

  test("nothing below the minimum", () => {
    expect(wanted({ track: ["3.4", "3.5"], minimum: "3.5.0" })).toEqual(["3.5.10"]);
  });

  test("no prerelease, even as the only one of its line", () => {
    expect(
      wantedVersions(["3.7.0-beta.1"], definitionSchema.shape.versions.parse({ track: ["3.7"] })),
    ).toEqual([]);
  });
});
