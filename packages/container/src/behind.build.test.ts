import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { whyBehind } from "./behind.ts";
import { inputLabels } from "./image-config.ts";
import { currentInputs } from "./inputs.ts";

const recipe = fileURLToPath(new URL("../../../deploy/container", import.meta.url));
const version = { upstream: "2.3.4", revision: 2 };
const today = await currentInputs(recipe, () => undefined);

/** Why the registry is behind that describes 2.3.4-2 like this, and nothing else. */
function why(annotations: Record<string, string> | undefined): Promise<string | undefined> {
  const annotationsOf = (tag: string) => Promise.resolve(tag === "2.3.4-2" ? annotations : undefined);
  return whyBehind({ annotationsOf }, version, recipe, () => undefined);
}

const labels = { [inputLabels.recipe]: today.recipe, [inputLabels.compiler]: today.compiler };

test("a registry with the container of today is not behind", async () => {
  expect(await why(labels)).toBeUndefined();
});

test.each([
  ["no container of that version", undefined, "no container 2.3.4-2 is there"],
  ["one of another recipe", { ...labels, [inputLabels.recipe]: "0".repeat(64) }, "its recipe has changed"],
  ["one with an older Go", { ...labels, [inputLabels.compiler]: "1.24.0-1" }, "Go has been updated to 1.24"],
  ["one that says nothing about itself", {}, "its recipe has changed"],
])("a registry with %s is behind", async (_, annotations, reason) => {
  expect(await why(annotations)).toContain(reason);
});

test("a mirror that is older than it was yesterday makes no container with an older Go", async () => {
  expect(await why({ ...labels, [inputLabels.compiler]: "1.999-1" })).toBeUndefined();
});
