import { appendFile, mkdir, readFile, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatBuildRecord } from "@sysext-kiln/builder";
import { run } from "@sysext-kiln/machine";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { inputFrom, openDelivery, type TestDelivery } from "./delivery.ts";

let delivery: TestDelivery;
beforeEach(async () => {
  delivery = await openDelivery();
});
afterEach(() => delivery[Symbol.asyncDispose]());

describe("an image is refused, and the other one is accepted, if", () => {
  test.each([
    ["its bytes differ from its record", () => appendFile(delivery.arm.path, "x"), /SHA-256/],
    ["it is missing", () => rm(delivery.arm.path), /no such file/],
    [
      "it is a symbolic link",
      async () => {
        await rename(delivery.arm.path, join(delivery.folder, "elsewhere"));
        await symlink(join(delivery.folder, "elsewhere"), delivery.arm.path);
      },
      /something other than a regular file/,
    ],
    ["its record is empty", () => writeFile(delivery.arm.recordPath, "{}"), /the record of an image/],
    ["its record is not valid JSON", () => writeFile(delivery.arm.recordPath, "x"), /the record of an image/],
    [
      "its record is a FIFO",
      async () => {
        await rm(delivery.arm.recordPath);
        await run("mkfifo", [delivery.arm.recordPath]);
      },
      /to be a regular file/,
    ],
    ["its record is huge", () => truncate(delivery.arm.recordPath, 10_000_000), /at most/],
    [
      "it has two records",
      async () => {
        await mkdir(join(delivery.folder, "copy"));
        await writeFile(
          join(delivery.folder, "copy/hello-1.0.0-arm64.build.json"),
          formatBuildRecord(delivery.arm.record),
        );
      },
      /one record of hello-1\.0\.0-arm64\.raw; found 2 records/,
    ],
    [
      "it was built with another recipe",
      () => delivery.record({ recipe: "0".repeat(64) }),
      /"recipe" in the record of hello-1\.0\.0-arm64\.raw to be what was planned/,
    ],
    [
      "its record claims another version of an input",
      async () => {
        delivery.plan.builds = delivery.plan.builds.map((order) => ({ ...order, inputs: [inputFrom("a")] }));
        const origin = { ...inputFrom("a").origin, version: "99:99" };
        await delivery.record({ inputs: [{ ...inputFrom("a"), origin }] });
        const other = delivery.plan.builds.find(({ architecture }) => architecture !== "arm64")!;
        other.inputs = [];
      },
      /"inputs" .* found .*99:99/,
    ],
    [
      "its record has a size that is not a number of bytes",
      async () => {
        const text = await readFile(delivery.arm.recordPath, "utf8");
        await writeFile(delivery.arm.recordPath, text.replace(/"size": \d+/, '"size": 1e400'));
      },
      /"image\.size"/,
    ],
    [
      "its record has a key with a meaning in JavaScript",
      async () => {
        const text = await readFile(delivery.arm.recordPath, "utf8");
        await writeFile(delivery.arm.recordPath, text.replace("{", '{ "__proto__": { "recipe": "x" },'));
      },
      /"__proto__"/,
    ],
    [
      "its record contains another name",
      async () => {
        const text = await readFile(delivery.arm.recordPath, "utf8");
        await writeFile(
          delivery.arm.recordPath,
          text.replace('"hello-1.0.0-arm64.raw"', '"../../hello.raw"'),
        );
      },
      /"image\.name" .* found "\.\.\/\.\.\/hello\.raw"/,
    ],
    [
      "its record contains a name with a line break",
      async () => {
        const text = await readFile(delivery.arm.recordPath, "utf8");
        await writeFile(delivery.arm.recordPath, text.replace('"hello-1.0.0-arm64.raw"', '"a.raw\\nb.raw"'));
      },
      /image\.name/,
    ],
  ])("%s", async (_, damage, message) => {
    await damage();
    const { names, errors } = await delivery.accept();
    expect(errors).toMatchObject([{ message: expect.stringMatching(message) }]);
    expect(names).toEqual(["hello-1.0.0-x86-64.raw"]);
  });

  test("it is not a squashfs image, although its record matches", async () => {
    await writeFile(delivery.arm.path, "this is not a squashfs image");
    await delivery.record();
    expect((await delivery.accept()).errors).toMatchObject([
      { code: "extension-image-invalid", found: "not a squashfs image" },
    ]);
  });

  test("it is an image for the other architecture, although its record matches", async () => {
    await delivery.rebuild("ID=_any\nARCHITECTURE=x86-64\n");
    expect((await delivery.accept()).errors).toMatchObject([{ code: "architecture-mismatch" }]);
  });
});
