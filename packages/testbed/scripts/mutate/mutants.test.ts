import { describe, expect, test } from "vitest";
import { applyMutant, describeMutant } from "./mutant.ts";
import { shellMutants } from "./shell.ts";
import { typeScriptMutants } from "./type-script.ts";

const changed = (source: string) =>
  typeScriptMutants("a.ts", source).map((mutant) => applyMutant(mutant, source));
const changedShell = (source: string) =>
  shellMutants("a.sh", source).map((mutant) => applyMutant(mutant, source));

describe("a TypeScript source", () => {
  test.each([
    ["a >= b;", ["a > b;"]],
    ["a === b;", ["a !== b;"]],
    ["a + (b - c);", ["a - (b - c);", "a + (b + c);"]],
    ["a && !b;", ["a || !b;", "a && b;"]],
    ["x = a < b ? -1 : 1;", ["x = !(a < b) ? -1 : 1;"]],
    ["if (a) b;", ["if (!(a)) b;"]],
    ["if (!a) b;", ["if (a) b;"]],
    ["const x = true;", ["const x = false;"]],
    ["x = a.startsWith(b);", ["x = a.endsWith(b);"]],
    ["x = a.some(b);", ["x = a.every(b);"]],
    ["x = a.filter(b).toSorted();", ["x = a.filter(b);", "x = a.toSorted();"]],
    ["const x = new Set([a, b]);", ["const x = new Set([b]);", "const x = new Set([a]);"]],
    ["const f = () => [a];", ["const f = () => [];", "const f = () => [];"]],
    ["x = [a, undefined];", ["x = [undefined];"]],
    ["function f() { return a.map(b); }", ["function f() { return []; }"]],
    ["await rename(a);", [";", "rename(a);"]],
    ["hash.update(a);", [";"]],
  ])("%s has its mutants", (source, mutants) => {
    expect(changed(source)).toEqual(mutants);
  });

  test.each([
    'import { a } from "./a.ts";',
    "type A = true | [1];",
    "interface A { b: true }",
    'throw new KilnError("usage", { found: a ? b : c });',
    "const error = new KilnError(a || b);",
    "say(`found ${a && b}`);",
    "options.say(a || b);",
    "process.stdout.write(a || b);",
    "x = a.toString();",
    "const f = async () => { return await a; };",
    "// a && b",
  ])("has no mutants of types, errors, logs and comments: %s", (source) => {
    expect(changed(source)).toEqual([]);
  });
});

describe("a shell script", () => {
  test.each([
    ["[ -n $a ] && b", ["[ -n $a ] || b", "[ -z $a ] && b"]],
    ["[ $a -gt 1 ]", ["[ $a -ge 1 ]"]],
    ["[ $a = 1 ]", ["[ $a != 1 ]"]],
    ["if ! a; then b; fi", ["if a; then b; fi"]],
    ["f() { return 1; }", ["f() { return 0; }"]],
    ["a\n  rm -f b\nc", ["a\n  :\nc"]],
  ])("%s has its mutants", (source, mutants) => {
    expect(changedShell(source).toSorted()).toEqual(mutants.toSorted());
  });

  test("has no mutants of comments and texts", () => {
    expect(changedShell("a # b && c\necho a\n")).toEqual([]);
  });
});

test("a mutant is described by its line, what it replaces and what replaces it", () => {
  const source = "a;\nb ||\n  c;\nhash.update(a);\n";
  const [first, second] = typeScriptMutants("a.ts", source);
  expect(first && describeMutant(first, source)).toBe("a.ts:2: || became &&");
  expect(second && describeMutant(second, source)).toBe("a.ts:4: hash.update(a); became ;");
});
