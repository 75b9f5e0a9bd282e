import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { buildRecordSchema, formatBuildRecord, type BuildRecord } from "@sysext-kiln/builder";
import {
  architectures,
  buildRecordName,
  definitionSchema,
  imageName,
  type Architecture,
  type Extension,
} from "@sysext-kiln/extension";
import { digestOf } from "@sysext-kiln/machine";
import { helloData } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findImageSet } from "./image-set.ts";

const hello: Extension = { definition: definitionSchema.parse(helloData()), folder: "/nowhere" };

let folder: string;
const version = { upstream: "1.2.0", revision: 1 };
const imagePath = (architecture: Architecture = "arm64") =>
  join(folder, imageName(hello.definition, version, architecture));
const recordPath = (architecture: Architecture = "arm64") =>
  join(folder, buildRecordName(hello.definition, version, architecture));

async function writeRecord(architecture: Architecture, changes: Partial<BuildRecord>): Promise<void> {
  const path = imagePath(architecture);
  const record = buildRecordSchema.parse({
    extension: "hello",
    version,
    architecture,
    upstream: "debian",
    inputs: [],
    recipe: "0".repeat(64),
    hostLibraries: [],
    image: { name: basename(path), size: 9, sha256: await digestOf(path), epoch: 0 },
    tools: {},
    packages: [],
  });
  await writeFile(recordPath(architecture), formatBuildRecord({ ...record, ...changes }));
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-image-set-"));
  for (const architecture of architectures) {
    await writeFile(imagePath(architecture), "the image");
    await writeRecord(architecture, {});
  }
});
afterEach(() => rm(folder, { recursive: true }));

test("images whose records name an upstream are verified", async () => {
  expect((await findImageSet(hello, folder, undefined)).unverified).toBeUndefined();
});

test.each([
  ["was built from a folder", () => writeRecord("arm64", { upstream: "folder" }), "folder"],
  ["has no record", () => rm(recordPath()), "unknown"],
  ["has the record of another image", () => writeFile(imagePath(), "other"), "unknown"],
])("an image that %s is unverified", async (_, change, source) => {
  await change();
  expect((await findImageSet(hello, folder, undefined)).unverified).toBe(source);
});

test("an image with a damaged record is an error, whose advice is to build it again", async () => {
  await writeFile(recordPath(), "{}");
  await expect(findImageSet(hello, folder, undefined)).rejects.toMatchObject({
    code: "document-invalid",
    next: "build the image again",
  });
});
