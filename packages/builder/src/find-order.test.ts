import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildOrder, type Extension, loadExtensions, recipeDigest } from "@sysext-kiln/extension";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findOrder } from "./find-order.ts";

let folder: string;
let extensions: Extension[];
let order: BuildOrder;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-order-"));
  await mkdir(join(folder, "hello"));
  await writeFile(join(folder, "hello/extension.yaml"), definition);
  extensions = await loadExtensions(folder);
  order = {
    extension: "hello",
    version: { upstream: "1.0.0", revision: 2 },
    architecture: "arm64",
    upstream: "debian",
    inputs: [],
    recipe: await recipeDigest(extensions[0]!, "debian"),
    hostLibraries: [],
  };
});
afterAll(() => rm(folder, { recursive: true }));

test("an order is found by the file name of its image", async () => {
  const found = await findOrder(extensions, { builds: [order] }, "hello-1.0.0-2-arm64.raw");
  expect(found).toEqual({ extension: extensions[0], order });
});

test.each(["hello-1.0.0-arm64.raw", "$(id).raw", "../hello-1.0.0-2-arm64.raw"])(
  "%s was not planned",
  async (name) => {
    await expect(findOrder(extensions, { builds: [order] }, name)).rejects.toMatchObject({
      code: "document-invalid",
      found: JSON.stringify(name),
    });
  },
);

test("a plan of another commit's recipe is refused", async () => {
  const builds = [{ ...order, recipe: "0".repeat(64) }];
  await expect(findOrder(extensions, { builds }, "hello-1.0.0-2-arm64.raw")).rejects.toMatchObject({
    code: "document-invalid",
  });
});

const definition = `name: hello
summary: says hello
homepage: https://example.org
license: MIT
asset: hello-{version}-{arch}.raw
upstreams: { debian: { suites: [trixie], source: hello } }
hosts: { service: hello.service }
smoke: [{ run: [/usr/bin/hello], expect: [hello] }]
`;
