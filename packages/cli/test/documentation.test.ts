import { definitionSchema } from "@sysext-kiln/extension";
import { helloData, readExamples } from "@sysext-kiln/testbed";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

const examples = (await readExamples()).filter(
  ({ where, info }) => where.startsWith("docs/extensions.md") && info[0] === "yaml",
);

test("the page about extensions shows parts of definitions", () => {
  expect(examples.length).toBeGreaterThanOrEqual(7);
});

test.each(examples)("a definition accepts the part shown in $where", ({ text }) => {
  const part = z.record(z.string(), z.unknown()).parse(parse(text));
  expect(definitionSchema.safeParse({ ...helloData(), ...part }).error?.issues).toBeUndefined();
});
