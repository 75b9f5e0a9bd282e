import { describe, expect, test } from "vitest";
import { mainModule } from "./main-module.ts";

const input = { module: "example.org/hello", version: "v1.0.0" };

test("a main module repeats what decides about versions", () => {
  const text = mainModule(input, {
    Go: "1.24",
    Godebug: [{ Key: "default", Value: "go1.21" }],
    Exclude: [{ Path: "example.org/broken", Version: "v1.2.3" }],
    Replace: [
      {
        Old: { Path: "example.org/a" },
        New: { Path: "example.org/A_fork", Version: "v0.1.0-rc.1+incompatible" },
      },
      {
        Old: { Path: "example.org/b", Version: "v1.0.0" },
        New: { Path: "example.org/c", Version: "v2.0.0" },
      },
      { Old: { Path: "example.org/local" }, New: { Path: "./a folder" } },
    ],
  });
  expect(text.split("\n")).toEqual([
    "module kiln.invalid/build",
    "go 1.24",
    "godebug default=go1.21",
    "require example.org/hello v1.0.0",
    "exclude example.org/broken v1.2.3",
    "replace example.org/a => example.org/A_fork v0.1.0-rc.1+incompatible",
    "replace example.org/b v1.0.0 => example.org/c v2.0.0",
    "",
  ]);
});

describe("upstream's go.mod cannot add lines of its own to the main module", () => {
  const to = { Path: "example.org/b", Version: "v1.0.0" };
  test.each([
    [
      "by a line break in the path of a module",
      { Path: "example.org/a\nreplace golang.org/x/net => /root //" },
    ],
    ["by a comment", { Path: "example.org/a//" }],
    ["by a blank", { Path: "example.org/a v1.0.0" }],
  ])("%s", (_, Old) => {
    const expected = { code: "build-failed", found: JSON.stringify(Old.Path) };
    const replaced = () => mainModule(input, { Go: "1.24", Replace: [{ Old, New: to }] });
    expect(replaced).toThrow(expect.objectContaining(expected));
    const replacing = () =>
      mainModule(input, { Go: "1.24", Replace: [{ Old: to, New: { ...Old, Version: "v1.0.0" } }] });
    expect(replacing).toThrow(expect.objectContaining(expected));
    const excluded = () => mainModule(input, { Go: "1.24", Exclude: [{ ...Old, Version: "v1.0.0" }] });
    expect(excluded).toThrow(expect.objectContaining(expected));
  });
});
