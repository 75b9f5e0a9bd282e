import { KilnError } from "@sysext-kiln/error";
import { describe, expect, test } from "vitest";
import { formatError } from "./error.ts";
import { formatTable } from "./print.ts";

describe("a printed error", () => {
  test("cannot control a terminal", () => {
    const error = new KilnError("manifest-invalid", {
      expected: "\u001b[2Jexpected",
      found: "\u009b2Jfound",
      next: "\u202enext",
    });
    expect(formatError(error)).toBe(
      "error (manifest-invalid): expected \\u001b[2Jexpected\n  found: \\u009b2Jfound\n  next:  \\u202enext",
    );
    expect(formatError(new Error("\u001b[2J"))).toContain("error (unexpected): \\u001b[2J\n");
  });

  test("has three parts, regardless of their contents", () => {
    const found = "first line\n  next:  rm -rf /";
    const error = new KilnError("build-failed", { expected: "a", found, next: "b" });
    expect(formatError(error).split("\n")).toEqual([
      "error (build-failed): expected a",
      "  found: first line",
      "           next:  rm -rf /",
      "  next:  b",
    ]);
  });

  test("hides the secrets of URLs, and shortens long text", () => {
    const found = `https://me:hunter2@example.org/?token=secret ${"x".repeat(1_000_000)}`;
    const text = formatError(new KilnError("usage", { expected: "a", found, next: "b" }));
    expect(text).toContain("found: https://***@example.org/?token=*** x");
    expect(text).not.toMatch(/hunter2|secret/);
    expect(text.length).toBeLessThan(10_000);
  });
});

test("a table keeps its columns, whatever its cells contain", () => {
  const table = formatTable(["NAME", "SIZE"], [["a\u001b[2J\nb", "1"]]);
  expect(table.split("\n")).toEqual(["NAME           SIZE", "a\\u001b[2J\\nb  1"]);
});
