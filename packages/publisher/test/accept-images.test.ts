import {
  appendFile,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildOrderSchema, type Plan } from "@sysext-kiln/extension";
import { formatBuildRecord, type BuildRecord, type Image } from "@sysext-kiln/builder";
import { run } from "@sysext-kiln/machine";
import { ensureTestPrograms } from "@sysext-kiln/testbed";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { acceptImages } from "../src/accept-images.ts";
import { definitionOf, imagesOf } from "./images.ts";

const definition = definitionOf("hello");
const extensions = [{ definition, folder: "/nowhere" }];

let folder: string;
/** The image that is damaged. */
let arm: Image;
let plan: Plan;
beforeAll(() => ensureTestPrograms("mksquashfs"));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-images-"));
  const images = await imagesOf(definition, "1.0.0", join(folder, "images"));
  for (const image of images) await makeReal(image);
  arm = images.find(({ record }) => record.architecture === "arm64")!;
  plan = { builds: images.map(({ record }) => buildOrderSchema.strip().parse(record)) };
});
afterEach(() => rm(folder, { recursive: true }));

/** Replaces an image by a real one, and updates its record. */
async function makeReal(image: Image, release = `ID=_any\nARCHITECTURE=${image.record.architecture}\n`) {
  const tree = await mkdtemp(join(folder, "tree-"));
  const path = join(tree, "usr/lib/extension-release.d/extension-release.hello");
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, release);
  await run("mksquashfs", [tree, image.path, "-noappend", "-quiet", "-no-progress"]);
  await recordTheImage(image);
}

/** Writes a record that matches the image's bytes, as a hostile build job would. */
async function recordTheImage(image: Image, changes: Partial<BuildRecord> = {}): Promise<void> {
  const bytes = await readFile(image.path);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  image.record = {
    ...image.record,
    ...changes,
    image: { ...image.record.image, size: bytes.length, sha256 },
  };
  await writeFile(image.recordPath, formatBuildRecord(image.record));
}

async function accept(): Promise<{ names: string[]; errors: unknown[] }> {
  const { images, errors } = await acceptImages(folder, extensions, plan);
  return { names: images.map(({ record }) => record.image.name), errors };
}

const input = {
  name: "hello.deb",
  size: 1,
  sha256: "1".repeat(64),
  origin: { kind: "debian", suite: "trixie", package: "hello", version: "1.0.0-1" },
} as const;
const fromMirror = (mirror: string) => ({ ...input, url: `https://${mirror}.example.org/hello.deb` });

describe("images are accepted", () => {
  test("if they match their records and the plan", async () => {
    const { names, errors } = await accept();
    expect(errors).toEqual([]);
    expect(names.toSorted()).toEqual(["hello-1.0.0-arm64.raw", "hello-1.0.0-x86-64.raw"]);
  });

  test("if their inputs came from another mirror; the record then has the planned URL", async () => {
    await recordTheImage(arm, { inputs: [fromMirror("old")] });
    plan.builds = plan.builds.map((order) =>
      order.architecture === "arm64" ? { ...order, inputs: [fromMirror("new")] } : order,
    );
    expect((await accept()).errors).toEqual([]);
    expect(await readFile(arm.recordPath, "utf8")).toContain("https://new.example.org/hello.deb");
  });

  test("but those that the plan does not have, such as from an earlier attempt, are ignored", async () => {
    plan.builds = plan.builds.filter(({ architecture }) => architecture !== "arm64");
    const { images, unplanned, errors } = await acceptImages(folder, extensions, plan);
    expect(errors).toEqual([]);
    expect(images.map(({ record }) => record.image.name)).toEqual(["hello-1.0.0-x86-64.raw"]);
    expect(unplanned).toEqual(["hello-1.0.0-arm64.raw"]);
  });

  test("unless the folder does not exist, which is not an error", async () => {
    expect(await acceptImages(join(folder, "nothing"), extensions, plan)).toEqual({
      images: [],
      unplanned: [],
      errors: [],
    });
  });
});

describe("an image is refused, and the other one is accepted, if", () => {
  test.each([
    ["its bytes differ from its record", () => appendFile(arm.path, "x"), /SHA-256/],
    ["it is missing", () => rm(arm.path), /no such file/],
    [
      "it is a symbolic link",
      async () => {
        await rename(arm.path, join(folder, "elsewhere"));
        await symlink(join(folder, "elsewhere"), arm.path);
      },
      /something other than a regular file/,
    ],
    ["its record is empty", () => writeFile(arm.recordPath, "{}"), /the record of an image/],
    ["its record is not valid JSON", () => writeFile(arm.recordPath, "x"), /the record of an image/],
    [
      "its record is a FIFO",
      async () => {
        await rm(arm.recordPath);
        await run("mkfifo", [arm.recordPath]);
      },
      /to be a regular file/,
    ],
    ["its record is huge", () => truncate(arm.recordPath, 10_000_000), /at most/],
    [
      "it has two records",
      async () => {
        await mkdir(join(folder, "copy"));
        await writeFile(join(folder, "copy/hello-1.0.0-arm64.build.json"), formatBuildRecord(arm.record));
      },
      /one record of hello-1\.0\.0-arm64\.raw; found 2 records/,
    ],
    [
      "it was built with another recipe",
      () => recordTheImage(arm, { recipe: "0".repeat(64) }),
      /"recipe" in the record of hello-1\.0\.0-arm64\.raw to be what was planned/,
    ],
    [
      "its record claims another version of an input",
      async () => {
        plan.builds = plan.builds.map((order) => ({ ...order, inputs: [fromMirror("a")] }));
        const origin = { ...input.origin, version: "99:99" };
        await recordTheImage(arm, { inputs: [{ ...fromMirror("a"), origin }] });
        const other = plan.builds.find(({ architecture }) => architecture !== "arm64")!;
        other.inputs = [];
      },
      /"inputs" .* found .*99:99/,
    ],
    [
      "its record gives it another name",
      async () => {
        const text = await readFile(arm.recordPath, "utf8");
        await writeFile(arm.recordPath, text.replace('"hello-1.0.0-arm64.raw"', '"../../hello.raw"'));
      },
      /"image\.name" .* found "\.\.\/\.\.\/hello\.raw"/,
    ],
    [
      "its record gives it a name with a line break",
      async () => {
        const text = await readFile(arm.recordPath, "utf8");
        await writeFile(arm.recordPath, text.replace('"hello-1.0.0-arm64.raw"', '"a.raw\\nb.raw"'));
      },
      /image\.name/,
    ],
  ])("%s", async (_, damage, message) => {
    await damage();
    const { names, errors } = await accept();
    expect(errors).toMatchObject([{ message: expect.stringMatching(message) }]);
    expect(names).toEqual(["hello-1.0.0-x86-64.raw"]);
  });

  test("it is not a squashfs image, although its record matches", async () => {
    await writeFile(arm.path, "this is not a squashfs image");
    await recordTheImage(arm);
    expect((await accept()).errors).toMatchObject([
      { code: "extension-image-invalid", found: "not a squashfs image" },
    ]);
  });

  test("it is an image for the other architecture, although its record matches", async () => {
    await makeReal(arm, "ID=_any\nARCHITECTURE=x86-64\n");
    expect((await accept()).errors).toMatchObject([{ code: "architecture-mismatch" }]);
  });
});
