import { describe, expect, test } from "vitest";
import { bestBeforeEntry, bestBeforeOf, isFresh, splitBestBefore } from "./best-before.ts";
import { formatManifest, parseManifest } from "./manifest.ts";

const now = new Date("2026-02-20T12:00:00Z");
const later = (days: number) => new Date(now.getTime() + days * 24 * 60 * 60 * 1000);

test("an entry is an empty file with a date in UTC, and a line that hosts accept", () => {
  const entry = bestBeforeEntry(9, now);
  expect(entry).toEqual({
    name: "BEST-BEFORE-2026-03-01",
    sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  });
  expect(parseManifest(formatManifest([entry]), "m")).toEqual([entry]);
  expect(bestBeforeOf(entry.name)).toEqual(new Date("2026-03-01T00:00:00Z"));
});

test.each(["etcd-3.5.30-x86-64.raw", "BEST-BEFORE-", "BEST-BEFORE-2026-02-30", "BEST-BEFORE-2026-13-01"])(
  "%s is not a best-before date",
  (name) => {
    expect(bestBeforeOf(name)).toBeUndefined();
  },
);

test("a manifest is split into its images and its dates", () => {
  const image = { name: "a.raw", sha256: "1".repeat(64) };
  const text = formatManifest([image, bestBeforeEntry(9, now)]);
  expect(splitBestBefore(text)).toEqual({
    images: formatManifest([image]),
    dates: [new Date("2026-03-01T00:00:00Z")],
  });
});

describe("a directory is published again", () => {
  const dates = [bestBeforeOf(bestBeforeEntry(9, now).name)!];
  test.each([
    ["not on its first day", dates, 9, now, true],
    ["not while a third of the time is left", dates, 9, later(5.4), true],
    ["when less than a third is left", dates, 9, later(5.6), false],
    ["when the date has passed", dates, 9, later(30), false],
    ["when the setting has become shorter", dates, 3, now, false],
    ["when a date is required and it has none", [], 9, now, false],
    ["when no date is required and it has one", dates, undefined, now, false],
    ["not when no date is required and it has none", [], undefined, now, true],
  ])("%s", (_, present, days, at, fresh) => {
    expect(isFresh(present, days, at)).toBe(fresh);
  });

  test.each([2, 3, 9, 365])("and is then fresh, with %i days", (days) => {
    const midnight = new Date("2026-02-20T23:59:59Z");
    const date = bestBeforeOf(bestBeforeEntry(days, midnight).name)!;
    expect(isFresh([date], days, midnight)).toBe(true);
  });
});
