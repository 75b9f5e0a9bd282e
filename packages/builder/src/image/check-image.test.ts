import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { ensureTestPrograms, putFile } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkImage } from "./check-image.ts";

let folder: string;
let image: string;
beforeAll(async () => {
  await ensureTestPrograms("mksquashfs");
  folder = await mkdtemp(join(tmpdir(), "kiln-check-image-"));
  const release = join(folder, "tree/usr/lib/extension-release.d/extension-release.hello");
  await putFile(release, "ID=_any\nARCHITECTURE=arm64\n");
  image = join(folder, "hello.raw");
  const date = ["-mkfs-time", "1600000000", "-all-time", "1600000000"];
  await run("mksquashfs", [join(folder, "tree"), image, "-quiet", "-no-progress", ...date]);
});
afterAll(() => rm(folder, { recursive: true }));

test("the image of an extension is accepted for its architecture, and its date is read", async () => {
  expect(await checkImage(image, "hello", "arm64")).toBe(1_600_000_000);
});

describe("an image is refused", () => {
  test("for another architecture", async () => {
    await expect(checkImage(image, "hello", "x86-64")).rejects.toMatchObject({
      code: "architecture-mismatch",
      found: "an image for arm64",
    });
  });

  test("whose last of two architectures is another one", async () => {
    const tree = join(folder, "two");
    const release = join(tree, "usr/lib/extension-release.d/extension-release.hello");
    await putFile(release, "ARCHITECTURE=arm64\nARCHITECTURE=x86-64\n");
    const two = join(folder, "two.raw");
    await run("mksquashfs", [tree, two, "-quiet", "-no-progress"]);
    await expect(checkImage(two, "hello", "arm64")).rejects.toMatchObject({ code: "architecture-mismatch" });
  });

  test("of another extension", async () => {
    await expect(checkImage(image, "other", "arm64")).rejects.toMatchObject({
      code: "extension-image-invalid",
      found: "a squashfs image without that file",
    });
  });

  test("that is not a squashfs image", async () => {
    const text = join(folder, "text.raw");
    await writeFile(text, "not an image\n");
    await expect(checkImage(text, "hello", "arm64")).rejects.toMatchObject({
      code: "extension-image-invalid",
      found: "not a squashfs image",
    });
  });

  test("that is cut off", async () => {
    const cut = join(folder, "cut.raw");
    await run("cp", [image, cut]);
    await truncate(cut, 100);
    await expect(checkImage(cut, "hello", "arm64")).rejects.toMatchObject({
      code: "extension-image-invalid",
    });
  });
});
