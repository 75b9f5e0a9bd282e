import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { collision } from "./load.ts";
import { loadRepository } from "./repository.ts";

const ours = fileURLToPath(new URL("../../../extensions", import.meta.url));
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "kiln-load-"));
});
afterEach(() => rm(root, { recursive: true }));

test("this repository's extensions are all valid", async () => {
  const names = (await loadRepository(ours)).extensions.map(({ definition }) => definition.name);
  expect(names).toEqual(["etcd", "keepalived", "kiln-host"]);
});

test("kiln-host has the version of kiln", async () => {
  const { extensions } = await loadRepository(ours);
  const kilnHost = extensions.find(({ definition }) => definition.name === "kiln-host");
  const text = await readFile(new URL("../../../package.json", import.meta.url), "utf8");
  expect(JSON.parse(text)).toMatchObject({ version: kilnHost?.definition.upstreams.files?.version });
});

test("an extension must have the name of its folder", async () => {
  const { extensions } = await loadRepository(ours);
  const etcd = extensions.find(({ definition }) => definition.name === "etcd");
  await mkdir(join(root, "other"));
  await writeFile(join(root, "other/extension.yaml"), JSON.stringify({ ...etcd?.definition }));
  expect(await loadRepository(root)).toMatchObject({
    extensions: [],
    invalid: [{ name: "other", error: { code: "definition-invalid", found: "etcd" } }],
  });
});

test("a file, and a folder that is hidden, is not an extension", async () => {
  await mkdir(join(root, ".git"));
  await writeFile(join(root, "README.md"), "");
  expect(await loadRepository(root)).toMatchObject({ extensions: [], invalid: [] });
});

test("extensions are sorted by name, whether they are valid or not", async () => {
  for (const name of ["nomad", "alpha", "zeta", "hello"]) await mkdir(join(root, name));
  expect((await loadRepository(root)).invalid).toMatchObject([
    { name: "alpha", error: { found: "no such file" } },
    ...[{ name: "hello" }, { name: "nomad" }, { name: "zeta" }],
  ]);
});

test("an invalid definition does not affect the others, unless its name collides with theirs", async () => {
  const { extensions } = await loadRepository(ours);
  const etcd = extensions.find(({ definition }) => definition.name === "etcd")?.definition;
  for (const name of ["etcd", "etcd-defrag", "broken"]) await mkdir(join(root, name));
  const defrag = { ...etcd, name: "etcd-defrag", asset: "etcd-defrag-{version}-{arch}.raw" };
  await writeFile(join(root, "etcd/extension.yaml"), JSON.stringify(etcd));
  await writeFile(join(root, "etcd-defrag/extension.yaml"), JSON.stringify(defrag));
  await writeFile(join(root, "broken/extension.yaml"), "name: [\n");
  const loaded = await loadRepository(root);
  expect(loaded.extensions.map(({ definition }) => definition.name)).toEqual(["etcd"]);
  expect(loaded.invalid.map(({ name }) => name)).toEqual(["broken", "etcd-defrag"]);
  await writeFile(join(root, "etcd/extension.yaml"), "name: [\n");
  expect((await loadRepository(root)).extensions).toEqual([]);
});

describe("two extensions", () => {
  const etcd = { name: "etcd", asset: "etcd-{version}-{arch}.raw" };

  test("with distinct names are accepted", () => {
    const keepalived = { name: "keepalived", asset: "keepalived-v{version}-{arch}.raw" };
    expect(collision(etcd, keepalived)).toBeUndefined();
    expect(collision(keepalived, etcd)).toBeUndefined();
  });

  test.each([
    { name: "etcd-defrag", asset: "etcd-defrag-{version}-{arch}.raw" },
    { name: "etcd-3-tools", asset: "etcd-3-tools-{version}-{arch}.raw" },
    { name: "etcd", asset: "etcd-v{version}-{arch}.raw" },
    { name: "etcd-defrag", asset: "defrag-{version}-{arch}.raw" },
    { name: "other", asset: "etcd-other-{version}-{arch}.raw" },
  ])("collide if one is etcd and the other has the asset $asset", (other) => {
    expect(collision(etcd, other)).toMatchObject({
      code: "definition-invalid",
      expected: expect.stringContaining("no other extension's assets"),
    });
  });
});
