import { link, mkdir, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeAcceptedFolder } from "../src/accept-images.ts";
import { inputFrom, openDelivery, type TestDelivery } from "./delivery.ts";

let delivery: TestDelivery;
beforeEach(async () => {
  delivery = await openDelivery();
});
afterEach(() => delivery[Symbol.asyncDispose]());

describe("images are accepted", () => {
  test("if they match their records and the plan", async () => {
    const { names, errors } = await delivery.accept();
    expect(errors).toEqual([]);
    expect(names).toEqual(["hello-1.0.0-arm64.raw", "hello-1.0.0-x86-64.raw"]);
  });

  test("if their inputs came from another mirror; the record then has the planned URL", async () => {
    await delivery.record({ inputs: [inputFrom("old")] });
    delivery.plan.builds = delivery.plan.builds.map((order) =>
      order.architecture === "arm64" ? { ...order, inputs: [inputFrom("new")] } : order,
    );
    expect((await delivery.accept()).errors).toEqual([]);
    expect(await readFile(delivery.arm.recordPath, "utf8")).toContain("https://new.example.org/hello.deb");
  });

  test("but those that are not in the plan, such as those of an earlier attempt, are ignored", async () => {
    delivery.plan.builds = delivery.plan.builds.filter(({ architecture }) => architecture !== "arm64");
    const { names, unplanned, errors } = await delivery.accept();
    expect(errors).toEqual([]);
    expect(names).toEqual(["hello-1.0.0-x86-64.raw"]);
    expect(unplanned).toEqual(["hello-1.0.0-arm64.raw"]);
  });

  test("unless the folder does not exist, which is not an error", async () => {
    expect(await delivery.accept(join(delivery.folder, "nothing"))).toEqual({
      names: [],
      images: [],
      unplanned: [],
      errors: [],
    });
  });
});

describe("images are accepted despite", () => {
  const both = ["hello-1.0.0-arm64.raw", "hello-1.0.0-x86-64.raw"];

  test("links to folders that form loops", async () => {
    for (const name of ["a", "b", "c"]) await symlink(".", join(delivery.folder, "images", name));
    const { names, errors } = await delivery.accept();
    expect(errors).toEqual([]);
    expect(names).toEqual(both);
  });

  test("a folder with the name of a record", async () => {
    await mkdir(join(delivery.folder, "other", basename(delivery.arm.recordPath)), { recursive: true });
    const { names, errors } = await delivery.accept();
    expect(errors).toEqual([]);
    expect(names).toEqual(both);
  });

  test("a folder that is too deep to read, which is reported", async () => {
    const script = `process.chdir(${JSON.stringify(delivery.folder)});
      for (let depth = 0; depth < 30; depth += 1) {
        require("node:fs").mkdirSync("d".repeat(200));
        process.chdir("d".repeat(200));
      }`;
    await run(process.execPath, ["--eval", script]);
    try {
      const { names, errors } = await delivery.accept();
      expect(errors).toMatchObject([
        { code: "document-invalid", expected: expect.stringMatching(/^a readable folder at /) },
      ]);
      expect(names).toEqual(both);
    } finally {
      // Node's own rm fails at such a depth.
      await run("rm", ["-r", join(delivery.folder, "d".repeat(200))]);
    }
  });

  test("records with odd names that are not in the plan", async () => {
    const odd = ["x\n::error::y", "hello-1.0.0-arm\u200b64", "__proto__", "constructor", "..", ""];
    for (const name of odd) await writeFile(join(delivery.folder, `${name}.build.json`), "{}");
    const { names, unplanned, errors } = await delivery.accept();
    expect(errors).toEqual([]);
    expect(names).toEqual(both);
    expect(unplanned.toSorted()).toEqual(odd.map((name) => `${name}.raw`).toSorted());
  });
});

test("images behind a link to a folder are not accepted", async () => {
  await rename(join(delivery.folder, "images"), join(delivery.folder, "elsewhere"));
  await mkdir(join(delivery.folder, "images"));
  await symlink("../elsewhere", join(delivery.folder, "images/link"));
  const { images, errors } = await delivery.accept(join(delivery.folder, "images"));
  expect({ images, errors }).toEqual({ images: [], errors: [] });
});

test("the folder for accepted images must be new", async () => {
  const folder = join(delivery.folder, "new/accepted");
  await makeAcceptedFolder(folder);
  await expect(makeAcceptedFolder(folder)).rejects.toMatchObject({ code: "already-there" });
  await symlink("nowhere", join(delivery.folder, "link"));
  await expect(makeAcceptedFolder(join(delivery.folder, "link"))).rejects.toMatchObject({
    code: "already-there",
  });
});

test("a record that is a hard link to another file is replaced without changing that file", async () => {
  const other = join(delivery.folder, "other");
  await link(delivery.arm.recordPath, other);
  await delivery.record({ inputs: [inputFrom("old")] });
  delivery.plan.builds = delivery.plan.builds.map((order) =>
    order.architecture === "arm64" ? { ...order, inputs: [inputFrom("new")] } : order,
  );
  expect((await delivery.accept()).errors).toEqual([]);
  expect(await readFile(other, "utf8")).toContain("https://old.example.org/hello.deb");
});
