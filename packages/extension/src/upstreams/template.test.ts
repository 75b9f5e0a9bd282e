import { describe, expect, test } from "vitest";
import { versionIn } from "./template.ts";

describe("a form of names", () => {
  test.each([
    ["v{version}", "v1.0.0", "1.0.0"],
    ["api/v{version}", "v1.0.0", undefined],
    ["docker-{version}.tgz", "docker-28.1.1.tgz", "28.1.1"],
    ["a{version}a", "a", undefined],
    ["a{version}a", "aa", undefined],
    ["{version}", "x", "x"],
  ])("%s has in %s the version %s", (form, text, version) => {
    expect(versionIn(form, text)).toBe(version);
  });
});
