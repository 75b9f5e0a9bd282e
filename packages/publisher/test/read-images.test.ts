import { appendFile, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildOrderSchema, type Plan } from "@sysext-kiln/extension";
import { formatBuildRecord, type Image } from "@sysext-kiln/builder";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readImages } from "../src/read-images.ts";
import { definitionOf, imagesOf } from "./images.ts";

const definition = definitionOf("hello");
const extensions = [{ definition, folder: "/nowhere" }];

let folder: string;
/** The one that is damaged. */
let arm: Image;
let plan: Plan;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-images-"));
  const images = await imagesOf(definition, "1.0.0", join(folder, "images"));
  arm = images.find(({ record }) => record.architecture === "arm64")!;
  plan = { builds: images.map(({ record }) => buildOrderSchema.strip().parse(record)) };
});
afterEach(() => rm(folder, { recursive: true }));

async function read(): Promise<{ names: string[]; errors: unknown[] }> {
  const { images, errors } = await readImages(folder, extensions, plan);
  return { names: images.map(({ record }) => record.image.name), errors };
}

test("images that are what their records say, and that were planned, are taken", async () => {
  const { names, errors } = await read();
  expect(names.toSorted()).toEqual(["hello-1.0.0-arm64.raw", "hello-1.0.0-x86-64.raw"]);
  expect(errors).toEqual([]);
});

test("an image that was built before from the same bytes of another mirror is taken", async () => {
  const origin = { kind: "debian", suite: "trixie", package: "hello", version: "1.0.0-1" } as const;
  const input = { name: "hello.deb", size: 1, sha256: "1".repeat(64), origin };
  const record = { ...arm.record, inputs: [{ ...input, url: "https://old.example.org/hello.deb" }] };
  await writeFile(arm.recordPath, formatBuildRecord(record));
  plan.builds = plan.builds.map((order) =>
    order.architecture === "arm64"
      ? { ...order, inputs: [{ ...input, url: "https://new.example.org/hello.deb" }] }
      : order,
  );
  expect((await read()).errors).toEqual([]);
});

test("an image of an attempt before, which was published since, is left alone", async () => {
  plan.builds = plan.builds.filter(({ architecture }) => architecture !== "arm64");
  const { images, unplanned, errors } = await readImages(folder, extensions, plan);
  expect(images.map(({ record }) => record.image.name)).toEqual(["hello-1.0.0-x86-64.raw"]);
  expect(unplanned).toEqual(["hello-1.0.0-arm64.raw"]);
  expect(errors).toEqual([]);
});

test("no folder is no image", async () => {
  expect(await readImages(join(folder, "nothing"), extensions, plan)).toEqual({
    images: [],
    unplanned: [],
    errors: [],
  });
});

test.each([
  ["whose bytes are others than its record says", () => appendFile(arm.path, "x"), /SHA-256/],
  ["that is not there", () => rm(arm.path), /no such file/],
  ["whose record is none", () => writeFile(arm.recordPath, "{}"), /the record of an image/],
  ["whose record is no JSON", () => writeFile(arm.recordPath, "x"), /the record of an image/],
  [
    "that was planned with another recipe",
    async () => {
      plan.builds[1] = { ...plan.builds[1]!, recipe: "0".repeat(64) };
    },
    /the build that was planned/,
  ],
  [
    "that has the name of another one",
    async () => {
      const text = await readFile(arm.recordPath, "utf8");
      await writeFile(arm.recordPath, text.replace('"hello-1.0.0-arm64.raw"', '"../../hello.raw"'));
      await rename(arm.path, join(folder, "hello.raw"));
    },
    /to be of hello-1\.0\.0-arm64\.raw/,
  ],
])("an image %s is refused, and the other one is taken", async (_, damage, message) => {
  await damage();
  const { names, errors } = await read();
  expect(names).toEqual(["hello-1.0.0-x86-64.raw"]);
  expect(errors).toMatchObject([{ code: "document-invalid", message: expect.stringMatching(message) }]);
});
