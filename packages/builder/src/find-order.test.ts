import { dirname } from "node:path";
import { type BuildOrder, type Extension, loadRepository, recipeDigest } from "@sysext-kiln/extension";
import { helloFolder } from "@sysext-kiln/testbed";
import { beforeAll, expect, test } from "vitest";
import { findOrder } from "./find-order.ts";

let extensions: readonly Extension[];
let extension: Extension | undefined;
let order: BuildOrder;
beforeAll(async () => {
  ({ extensions } = await loadRepository(dirname(helloFolder)));
  extension = extensions.find(({ definition }) => definition.name === "hello");
  order = {
    extension: "hello",
    version: { upstream: "1.0.0", revision: 2 },
    architecture: "arm64",
    upstream: "debian",
    inputs: [],
    recipe: await recipeDigest(extension!, "debian"),
    hostLibraries: [],
  };
});

test("an order is found by the file name of its image", async () => {
  const found = await findOrder(extensions, { builds: [order] }, "hello-1.0.0-2-arm64.raw");
  expect(found).toEqual({ extension, order });
});

test.each(["hello-1.0.0-arm64.raw", "$(id).raw", "../hello-1.0.0-2-arm64.raw"])(
  "%s is not a planned image",
  async (name) => {
    await expect(findOrder(extensions, { builds: [order] }, name)).rejects.toMatchObject({
      code: "document-invalid",
      found: JSON.stringify(name),
    });
  },
);

test("a plan that was made from another recipe is rejected", async () => {
  const builds = [{ ...order, recipe: "0".repeat(64) }];
  await expect(findOrder(extensions, { builds }, "hello-1.0.0-2-arm64.raw")).rejects.toMatchObject({
    code: "document-invalid",
  });
});
