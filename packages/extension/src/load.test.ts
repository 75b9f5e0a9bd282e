import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadExtensions, selectExtensions } from "./load.ts";

const ours = fileURLToPath(new URL("../../../extensions", import.meta.url));
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "kiln-load-"));
});
afterEach(() => rm(root, { recursive: true }));

test("this repository's extensions are all valid", async () => {
  const names = (await loadExtensions(ours)).map(({ definition }) => definition.name);
  expect(names).toEqual(["etcd", "keepalived"]);
});

test("an extension is called like its folder", async () => {
  const [etcd] = await loadExtensions(ours);
  await mkdir(join(root, "other"));
  await writeFile(join(root, "other/extension.yaml"), JSON.stringify({ ...etcd?.definition }));
  await expect(loadExtensions(root)).rejects.toMatchObject({ code: "definition-invalid", found: "etcd" });
});

test("an extension that is not there is named beside those that are", async () => {
  const extensions = await loadExtensions(ours);
  expect(() => selectExtensions(extensions, ["etdc"])).toThrow(/etcd, keepalived; found "etdc"/);
  expect(selectExtensions(extensions, ["etcd", "etcd"])).toHaveLength(1);
  expect(selectExtensions(extensions, [])).toHaveLength(2);
});
