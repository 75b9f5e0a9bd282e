import { KilnError } from "@sysext-kiln/error";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { attempt, parseOutput } from "./etcdctl.ts";

const schema = z.tuple([z.object({ version: z.string() })]);

describe("what a program printed", () => {
  test("is parsed", () => {
    expect(parseOutput(schema, "etcdctl", '[{"version":"3.6.0"}]')).toEqual([{ version: "3.6.0" }]);
  });

  test.each([
    ["", "nothing"],
    ["panic: no\n", "panic: no\n"],
    ["[]", "[]"],
  ])("is a failure of the program if it is %j", (text, found) => {
    expect(() => parseOutput(schema, "etcdctl endpoint status on one", text)).toThrow(
      expect.objectContaining({
        code: "command-failed",
        expected: expect.stringContaining("`etcdctl endpoint status on one`"),
        found,
      }),
    );
  });
});

describe("an attempt", () => {
  test("returns what the work returns", async () => {
    expect(await attempt(async () => 5)).toEqual({ value: 5 });
  });

  test("makes a problem of a program that fails", async () => {
    const failure = { expected: "`etcdctl lease list` on two to succeed", found: "no leader", next: "wait" };
    const failing = () => Promise.reject(new KilnError("command-failed", failure));
    expect(await attempt(failing)).toEqual({
      problem: "expected `etcdctl lease list` on two to succeed; found: no leader",
    });
    expect(await attempt(async () => parseOutput(schema, "kiln-host status", ""))).toEqual({
      problem: expect.stringMatching(/^expected `kiln-host status` to print .*; found: nothing$/),
    });
  });

  test("fails if the rehearsal itself does", async () => {
    await expect(attempt(() => Promise.reject(new Error("no host")))).rejects.toThrow("no host");
  });
});
