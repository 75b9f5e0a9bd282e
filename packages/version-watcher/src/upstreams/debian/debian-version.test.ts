import { expect, test } from "vitest";
import { newestFirst, upstreamVersionOf } from "./debian-version.ts";

test.each([
  ["1:2.3.4-1", "2.3.4"],
  ["10.46-1~deb13u3", "10.46"],
  ["3.5.30-2", "3.5.30"],
  ["3.5.30-2+b1", "3.5.30"],
  ["3.5.7-1~deb13u3", "3.5.7"],
  ["3.6.0~rc1-1", "3.6.0-rc1"],
  ["10.46.0+dfsg1-1", "10.46.0"],
  ["2.3.4", "2.3.4"],
])("%s is upstream's %s", (debian, upstream) => {
  expect(upstreamVersionOf(debian)).toBe(upstream);
});

test.each(["5.4.5+really5.4.1-1", "1.2.3+git20260101-1", "20250101-1", "1.2.3.4-1"])(
  "%s is not a semantic version",
  (debian) => {
    expect(upstreamVersionOf(debian)).toBeUndefined();
  },
);

test("versions are sorted in dpkg's order, the newest first, each once", async () => {
  const versions = ["3.5.7-1~deb13u3", "3.5.7-1~deb13u10", "3.5.7-1~deb13u2", "3.5.7-1~deb13u3"];
  expect(await newestFirst(versions.map((version) => ({ version })))).toEqual([
    { version: "3.5.7-1~deb13u10" },
    { version: "3.5.7-1~deb13u3" },
    { version: "3.5.7-1~deb13u2" },
  ]);
});
