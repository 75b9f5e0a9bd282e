import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FolderInput } from "@sysext-kiln/extension";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildRecordSchema, type Image } from "./build-record.ts";
import { cachedImageFolder, deliverImage } from "./image-cache.ts";

let folder: string;
let image: Image;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-deliver-"));
  const path = join(folder, "hello-1.0.0-arm64.raw");
  const recordPath = join(folder, "hello-1.0.0-arm64.build.json");
  await writeFile(path, "the image");
  await writeFile(recordPath, "the record");
  const record = buildRecordSchema.parse({
    extension: "hello",
    version: { upstream: "1.0.0", revision: 1 },
    architecture: "arm64",
    upstream: "debian",
    inputs: [],
    recipe: "0".repeat(64),
    hostLibraries: [],
    image: { name: "hello-1.0.0-arm64.raw", size: 9, sha256: "0".repeat(64), epoch: 0 },
    tools: {},
    packages: [],
  });
  image = { path, recordPath, record };
});
afterEach(() => rm(folder, { recursive: true }));

test("an image and its record are delivered to a folder", async () => {
  const delivered = await deliverImage(image, join(folder, "new/output"));
  expect(await readFile(delivered.path, "utf8")).toBe("the image");
  expect(await readFile(delivered.recordPath, "utf8")).toBe("the record");
});

test("a link that somebody has put there is replaced, and not followed", async () => {
  const output = join(folder, "output");
  const victim = join(folder, "victim");
  await mkdir(output);
  await writeFile(victim, "precious");
  for (const name of ["hello-1.0.0-arm64.raw", "hello-1.0.0-arm64.raw.partial"])
    await symlink(victim, join(output, name));
  const delivered = await deliverImage(image, output);
  expect(await readFile(delivered.path, "utf8")).toBe("the image");
  expect(await readFile(victim, "utf8")).toBe("precious");
});

test("an image for hosts is not taken from the build of a version that was only requested", () => {
  const { record } = image;
  const folderOfHosts = cachedImageFolder(record, [], {});
  expect(cachedImageFolder({ ...record }, [], {})).toBe(folderOfHosts);
  expect(cachedImageFolder({ ...record, outsidePolicy: true }, [], {})).not.toBe(folderOfHosts);
});

test("an image from a folder is only taken from the build of the same files, date and commit", () => {
  const { record } = image;
  const cachedFrom = (origin: FolderInput["origin"], epoch = 1) => {
    const input = { name: "hello.orig.tar", tree: "a".repeat(40), epoch, origin };
    return cachedImageFolder({ ...record, upstream: "folder", inputs: [input] }, [], {});
  };
  const plain = cachedFrom({ kind: "folder" });
  expect(cachedFrom({ kind: "folder" })).toBe(plain);
  expect(cachedFrom({ kind: "folder" }, 2)).not.toBe(plain);
  expect(cachedFrom({ kind: "folder", commit: "b".repeat(40), tag: "v1.0.0" })).not.toBe(plain);
});
