import * as fc from "fast-check";
import { mutatedText, troublesomeTexts } from "./text.ts";

/** A value that JSON can express. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const numbers = [0, -0, -1, 1.5, 1e21, 1e308, 2 ** 31, 2 ** 53, 2 ** 53 + 2, -(2 ** 63)];

/** Changes the node with this number, counted in document order. */
interface Mutation {
  node: number;
  change: (value: Json) => Json | undefined;
}

function mutations(texts: readonly string[]): fc.Arbitrary<Mutation["change"]> {
  const key = fc.constantFrom("__proto__", "constructor", "toString", "", "a", "0", "\u0000");
  const value: fc.Arbitrary<Json> = fc.constantFrom<Json>(
    ...[null, true, false, [], {}, [[]], [null], { a: null }],
    ...numbers,
    ...troublesomeTexts,
    ...texts,
  );
  const text = mutatedText(texts.length > 0 ? texts : [""]);
  return fc.oneof(
    value.map((replacement) => () => replacement),
    fc.constant(() => undefined),
    text.map((replacement) => () => replacement),
    fc
      .record({ at: fc.double({ min: 0, max: 1, noNaN: true }), put: fc.constantFrom(...troublesomeTexts) })
      .map(({ at, put }) => (node: Json) => {
        if (typeof node !== "string") return node;
        const index = Math.floor(at * node.length);
        return node.slice(0, index) + put + node.slice(index);
      }),
    fc
      .integer({ min: 1, max: 2000 })
      .map(
        (times) => (node: Json) =>
          Array.isArray(node) ? Array.from({ length: times }, (): Json => node[0] ?? null) : [node],
      ),
    fc.tuple(key, value).map(
      ([name, put]) =>
        (node: Json) =>
          typeof node === "object" && node !== null && !Array.isArray(node)
            ? Object.fromEntries([...Object.entries(node), [name, put]])
            : { [name]: node },
    ),
  );
}

/** A JSON value that differs from one of the samples in a few places. */
export function mutatedJson(samples: readonly Json[]): fc.Arbitrary<Json> {
  const texts = [...new Set(samples.flatMap((sample) => textsIn(sample)))];
  const mutation = fc.record({ node: fc.nat(), change: mutations(texts) });
  return fc
    .tuple(fc.constantFrom(...samples), fc.array(mutation, { maxLength: 4 }))
    .map(([sample, list]) => list.reduce<Json>((value, one) => mutate(value, one), sample));
}

function mutate(value: Json, { node, change }: Mutation): Json {
  let left = node % countNodes(value);
  const walk = (current: Json): Json | undefined => {
    left -= 1;
    if (left === -1) return change(current);
    if (Array.isArray(current))
      return current.flatMap((item: Json) => {
        const changed = walk(item);
        return changed === undefined ? [] : [changed];
      });
    if (typeof current !== "object" || current === null) return current;
    return Object.fromEntries(
      Object.entries(current).flatMap(([key, item]) => {
        const changed = walk(item);
        return changed === undefined ? [] : [[key, changed]];
      }),
    );
  };
  return walk(value) ?? null;
}

function countNodes(value: Json): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce<number>((sum, item: Json) => sum + countNodes(item), 1);
}

function textsIn(value: Json): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((item: Json) => textsIn(item));
}
