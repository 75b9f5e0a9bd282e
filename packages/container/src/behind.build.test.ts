import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { whyBehind } from "./behind.ts";
import { inputLabels } from "./image-config.ts";
import { currentInputs } from "./inputs.ts";

const recipe = fileURLToPath(new URL("../../../deploy/container", import.meta.url));
const version = { upstream: "2.3.4", revision: 2 };
const current = await currentInputs(recipe, () => undefined);

/** Why a registry is behind that has only 2.3.4-2, with these annotations. */
function why(annotations: Record<string, string> | undefined): Promise<string | undefined> {
  const annotationsOf = (tag: string) => Promise.resolve(tag === "2.3.4-2" ? annotations : undefined);
  return whyBehind({ annotationsOf }, version, recipe, () => undefined);
}

const labels = { [inputLabels.recipe]: current.recipe, [inputLabels.compiler]: current.compiler };

test("a registry with a current container is not behind", async () => {
  expect(await why(labels)).toBeUndefined();
});

test.each([
  ["no container of that version", undefined, "there is no container 2.3.4-2"],
  ["one with another recipe", { ...labels, [inputLabels.recipe]: "0".repeat(64) }, "its recipe has changed"],
  ["one with an older Go", { ...labels, [inputLabels.compiler]: "1.24.0-1" }, "Go has been updated to 1.24"],
  ["one without annotations", {}, "its recipe has changed"],
])("a registry with %s is behind", async (_, annotations, reason) => {
  expect(await why(annotations)).toContain(reason);
});

test("a registry is not behind a mirror that has gone back to an older Go", async () => {
  expect(await why({ ...labels, [inputLabels.compiler]: "1.999-1" })).toBeUndefined();
});
