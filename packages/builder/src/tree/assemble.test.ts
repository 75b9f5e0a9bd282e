import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { addStaticFiles } from "./static-files.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-static-files-"));
  await mkdir(join(folder, "tree/usr"), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

test("an extension's own files join what is in the tree", async () => {
  await mkdir(join(folder, "files/usr/share"), { recursive: true });
  await writeFile(join(folder, "files/usr/share/greeting"), "hello\n");
  await addStaticFiles({ folder }, join(folder, "tree"));
  expect(await readdir(join(folder, "tree/usr/share"))).toEqual(["greeting"]);
});

test("an extension may have none", async () => {
  await addStaticFiles({ folder }, join(folder, "tree"));
  expect(await readdir(join(folder, "tree/usr"))).toEqual([]);
});
