import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadRepository } from "./repository.ts";

const ours = fileURLToPath(new URL("../../../extensions", import.meta.url));
const hello = fileURLToPath(new URL("../../../examples/hello", import.meta.url));
let folder: string;
let extensions: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-repository-"));
  extensions = join(folder, "extensions");
});
afterEach(() => rm(folder, { recursive: true }));

async function load(settings: string) {
  await writeFile(join(folder, "kiln.yaml"), settings);
  return await loadRepository(extensions, {});
}

async function namesOf(settings: string): Promise<string[]> {
  return (await load(settings)).extensions.map(({ definition }) => definition.name);
}

async function versionsOf(settings: string): Promise<unknown> {
  return (await load(settings)).extensions[0]?.definition.versions;
}

describe("extensions that kiln.yaml includes", () => {
  test("are used without a copy of their definitions, and kiln-host with them", async () => {
    await cp(hello, join(extensions, "hello"), { recursive: true });
    expect(await namesOf("include: [etcd]\n")).toEqual(["etcd", "hello", "kiln-host"]);
    const { extensions: loaded } = await load("include: [etcd]\n");
    expect(loaded.map((one) => one.folder)).toEqual([
      join(ours, "etcd"),
      join(extensions, "hello"),
      join(ours, "kiln-host"),
    ]);
  });

  test("can be all that a repository has", async () => {
    expect(await namesOf("include: [keepalived]\n")).toEqual(["keepalived", "kiln-host"]);
  });

  test("leave kiln-host to the repository if it has its own", async () => {
    await cp(join(ours, "kiln-host"), join(extensions, "kiln-host"), {
      recursive: true,
      verbatimSymlinks: true,
    });
    const { extensions: loaded } = await load("include: [etcd]\n");
    expect(loaded.map((one) => one.folder)).toEqual([join(ours, "etcd"), join(extensions, "kiln-host")]);
  });

  test("do not replace definitions of the repository, which may be a fork of sysext-kiln", async () => {
    await cp(join(ours, "etcd"), join(extensions, "etcd"), { recursive: true });
    await expect(load("include: [etcd]\n")).rejects.toMatchObject({
      code: "settings-invalid",
      found: "etcd, which is there",
      next: 'remove the folder, or etcd from "include" in kiln.yaml',
    });
  });

  test("must exist", async () => {
    await expect(load("include: [etdc]\n")).rejects.toMatchObject({
      code: "settings-invalid",
      expected: 'the key "include" of kiln.yaml to name some of etcd, keepalived, kiln-host',
      found: "etdc",
    });
  });
});

test("a repository without extensions is an error that says how to get some", async () => {
  await expect(load("")).rejects.toMatchObject({
    code: "settings-invalid",
    expected: expect.stringContaining('or "include" in the kiln.yaml beside it'),
  });
});

describe("what kiln.yaml says about versions", () => {
  test("applies to each extension", async () => {
    await cp(hello, join(extensions, "hello"), { recursive: true });
    expect(await versionsOf("")).toMatchObject({ retain: 2, rollout: undefined });
    expect(await versionsOf("retain: 5\nrollout: 48h\n")).toMatchObject({ retain: 5, rollout: "48h" });
  });

  test("gives way to the extension's definition", async () => {
    await mkdir(join(extensions, "hello"), { recursive: true });
    const text = await readFile(join(hello, "extension.yaml"), "utf8");
    await writeFile(
      join(extensions, "hello/extension.yaml"),
      `${text}versions: { retain: 1, rollout: none }\n`,
    );
    expect(await versionsOf("retain: 5\nrollout: 48h\n")).toMatchObject({ retain: 1, rollout: "none" });
  });
});
