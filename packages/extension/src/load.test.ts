import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadExtensions, rejectCollisions } from "./load.ts";

const ours = fileURLToPath(new URL("../../../extensions", import.meta.url));
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "kiln-load-"));
});
afterEach(() => rm(root, { recursive: true }));

test("this repository's extensions are all valid", async () => {
  const names = (await loadExtensions(ours)).map(({ definition }) => definition.name);
  expect(names).toEqual(["etcd", "keepalived", "kiln-host"]);
});

test("kiln-host has the version of kiln", async () => {
  const extensions = await loadExtensions(ours);
  const kilnHost = extensions.find(({ definition }) => definition.name === "kiln-host");
  const text = await readFile(new URL("../../../package.json", import.meta.url), "utf8");
  expect(JSON.parse(text)).toMatchObject({ version: kilnHost?.definition.upstreams.files?.version });
});

test("an extension must have the name of its folder", async () => {
  const [etcd] = await loadExtensions(ours);
  await mkdir(join(root, "other"));
  await writeFile(join(root, "other/extension.yaml"), JSON.stringify({ ...etcd?.definition }));
  await expect(loadExtensions(root)).rejects.toMatchObject({ code: "definition-invalid", found: "etcd" });
});

describe("two extensions", () => {
  const etcd = { name: "etcd", asset: "etcd-{version}-{arch}.raw" };

  test("with distinct names are accepted", () => {
    const keepalived = { name: "keepalived", asset: "keepalived-v{version}-{arch}.raw" };
    expect(() => rejectCollisions([etcd, keepalived])).not.toThrow();
  });

  test.each([
    { name: "etcd-defrag", asset: "etcd-defrag-{version}-{arch}.raw" },
    { name: "etcd-3-tools", asset: "etcd-3-tools-{version}-{arch}.raw" },
    { name: "etcd", asset: "etcd-v{version}-{arch}.raw" },
  ])("collide if one is etcd and the other has the asset $asset, in either order", (other) => {
    expect(() => rejectCollisions([etcd, other])).toThrow(/no other extension's assets/);
    expect(() => rejectCollisions([other, etcd])).toThrow(/no other extension's assets/);
  });
});
