import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mutatedBytes } from "./bytes.ts";
import { mutatedJson } from "./json.ts";
import { mutatedText } from "./text.ts";

const sampled = <T>(inputs: fc.Arbitrary<T>, seed: number) => fc.sample(inputs, { seed, numRuns: 500 });

const isLong = (input: unknown) => fc.stringify(input).length > 60;

describe.each<[string, fc.Arbitrary<unknown>]>([
  ["bytes", mutatedBytes([Buffer.from("hello world")], ["world"])],
  ["texts", mutatedText(["hello\nworld\n"], ["world"])],
  ["JSON values", mutatedJson([{ a: [1, "two", { three: null }], b: "c" }])],
])("mutated %s", (_, inputs) => {
  test("are the same for the same seed, and others for another one", () => {
    expect(sampled(inputs, 1)).toEqual(sampled(inputs, 1));
    expect(sampled(inputs, 1)).not.toEqual(sampled(inputs, 2));
  });

  test("are mostly different", () => {
    expect(new Set(sampled(inputs, 1).map((input) => fc.stringify(input))).size).toBeGreaterThan(150);
  });

  test("shrink to a small one that still fails", () => {
    const { counterexample } = fc.check(
      fc.property(inputs, (input) => !isLong(input)),
      { seed: 1 },
    );
    expect(fc.stringify(counterexample).length).toBeLessThan(1000);
  });
});

test("a mutated JSON value can have any key, without changing any other object", () => {
  const values = sampled(mutatedJson([{ a: { b: "c" } }]), 3).map((value) => JSON.stringify(value));
  expect(values.some((text) => text.includes("__proto__"))).toBe(true);
  expect(Object.keys(Object.prototype)).toEqual([]);
});
