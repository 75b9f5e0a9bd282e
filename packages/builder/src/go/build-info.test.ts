import type { ModuleInput } from "@sysext-kiln/extension";
import { describe, expect, test } from "vitest";
import { modulesOf } from "./build-info.ts";

const sumOf = (letter: string) => `h1:${letter.repeat(43)}=`;
const input: ModuleInput = {
  ...{ name: "hello", module: "example.org/hello", version: "v1.0.0", sum: sumOf("A"), epoch: 0 },
  ...{ toolchain: "go1.27.1", programs: {}, tags: [], ldflags: [] },
  origin: { kind: "go", proxy: "https://proxy.example.org" },
};
const info = {
  GoVersion: "go1.27.1 X:nodwarf5",
  Path: "example.org/hello/cmd",
  Main: { Path: input.module, Version: input.version, Sum: input.sum },
  Deps: [
    { Path: "example.org/a", Version: "v1.1.0", Sum: sumOf("B") },
    {
      ...{ Path: "example.org/b", Version: "v1.2.0", Sum: sumOf("C") },
      Replace: { Path: "example.org/fork", Version: "v1.3.0", Sum: sumOf("D") },
    },
  ],
  Settings: [
    { Key: "CGO_ENABLED", Value: "0" },
    { Key: "GOARCH", Value: "arm64" },
  ],
};

function read(changes: object) {
  return modulesOf(JSON.stringify({ ...info, ...changes }), input, info.Path, "arm64");
}

describe("a program of Go says that it was built from", () => {
  test("its module and those that this needs, with what replaces them", () => {
    expect(read({})).toEqual([
      { module: "example.org/hello", version: "v1.0.0", sum: sumOf("A") },
      { module: "example.org/a", version: "v1.1.0", sum: sumOf("B") },
      {
        ...{ module: "example.org/b", version: "v1.2.0", sum: sumOf("D") },
        replacedBy: "example.org/fork v1.3.0",
      },
    ]);
  });

  test("its module alone", () => {
    expect(read({ Deps: null })).toHaveLength(1);
  });
});

describe("a program of Go is refused that was built", () => {
  test.each<[string, object]>([
    ["from another package", { Path: "example.org/hello" }],
    ["from another module", { Main: { ...info.Main, Path: "example.org/other" } }],
    ["from another version", { Main: { ...info.Main, Version: "v1.0.1" } }],
    ["from other files", { Main: { ...info.Main, Sum: sumOf("E") } }],
    ["by another toolchain", { GoVersion: "go1.27.2" }],
    ["for another architecture", { Settings: [info.Settings[0], { Key: "GOARCH", Value: "amd64" }] }],
    ["with cgo", { Settings: [{ Key: "CGO_ENABLED", Value: "1" }, info.Settings[1]] }],
  ])("%s", (_, changes) => {
    expect(() => read(changes)).toThrow(expect.objectContaining({ code: "build-failed" }));
  });

  test("from a module without a digest", () => {
    const Deps = [{ Path: "example.org/a", Version: "v1.1.0" }];
    expect(() => read({ Deps })).toThrow("example.org/a v1.1.0 was compiled without a digest");
  });
});
