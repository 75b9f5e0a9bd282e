import { describe, expect, test } from "vitest";
import { parsePackages } from "./compile.ts";

test("the list of packages has a package on each line", () => {
  expect(parsePackages("libc6\t2.41-12\tamd64\nbinutils\t2.44-3\tamd64\n")).toEqual([
    { name: "libc6", version: "2.41-12", architecture: "amd64" },
    { name: "binutils", version: "2.44-3", architecture: "amd64" },
  ]);
});

describe("a list of packages is rejected, with its line, if it has", () => {
  test.each([
    ["a line without a version", "libc6\t2.41-12\tamd64\nbinutils\n", "line 2"],
    ["a control character", "lib\u001b[31m\t1\tamd64\n", "line 1"],
    ["a name of any length", `${"x".repeat(1000)}\t1\tamd64\n`, "line 1"],
  ])("%s", (_, text, line) => {
    expect(() => parsePackages(text)).toThrow(
      expect.objectContaining({ code: "build-failed", found: expect.stringContaining(line) }),
    );
  });
});
