import { execFileSync } from "node:child_process";
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { definitionSchema, type Extension, type ImageVersion } from "@sysext-kiln/extension";
import { filesData, helloData, putFile } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FetchedInput } from "../inputs.ts";
import { addStaticFiles, assembleTree } from "./assemble.ts";
import { addTree } from "./add.ts";

let folder: string;
let tree: string;
let compiled: string;
let outside: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-assemble-"));
  [tree, compiled, outside] = [join(folder, "tree"), join(folder, "compiled"), join(folder, "outside")];
  await mkdir(join(compiled, "usr"), { recursive: true });
  await mkdir(outside);
});
afterEach(() => rm(folder, { recursive: true }));

/** Writes a file below the test's folder. */
function put(path: string, text: string): Promise<void> {
  return putFile(join(folder, path), text);
}

/** Assembles the tree of `hello` from what was compiled. */
function assemble(
  inputs: readonly FetchedInput[] = [],
  { definition = {}, version = { upstream: "1.0.0", revision: 1 } }: AssembleOptions = {},
): Promise<number> {
  const extension: Extension = {
    folder,
    definition: definitionSchema.parse({ ...helloData(), ...definition }),
  };
  return assembleTree(extension, { version, architecture: "arm64" }, inputs, [compiled], tree, folder);
}

interface AssembleOptions {
  /** What differs from the definition of `hello`. */
  definition?: object;
  version?: ImageVersion;
}

describe("the extension's own files", () => {
  test("are added to the tree, and replace files that are there", async () => {
    await put("files/usr/share/greeting", "hello\n");
    await put("tree/usr/share/greeting", "good day\n");
    await addStaticFiles({ folder }, tree);
    expect(await readFile(join(tree, "usr/share/greeting"), "utf8")).toBe("hello\n");
  });

  test("are optional", async () => {
    await mkdir(join(tree, "usr"), { recursive: true });
    await addStaticFiles({ folder }, tree);
    expect(await readdir(join(tree, "usr"))).toEqual([]);
  });
});

describe("the file for kiln-host", () => {
  const path = "usr/lib/sysext-kiln/hello/extension.conf";

  test("says what to restart, how long to wait, and where a rollback may lead", async () => {
    const hosts = { service: "greeter.service", healthySeconds: 120, steadySeconds: 5, rollback: "series" };
    await assemble([], { definition: { hosts }, version: { upstream: "1.2.3", revision: 2 } });
    expect(await readFile(join(tree, path), "utf8")).toBe(
      "NAME=hello\nVERSION=1.2.3-2\nSERVICES=greeter.service\nHEALTHY_SECONDS=120\nSTEADY_SECONDS=5\nROLLBACK=series\n",
    );
    expect((await lstat(join(tree, path))).mode & 0o777).toBe(0o644);
  });

  test("names no service for an extension without one", async () => {
    await assemble([], { definition: { hosts: undefined } });
    expect(await readFile(join(tree, path), "utf8")).toBe(
      "NAME=hello\nVERSION=1.0.0\nSERVICES=\nHEALTHY_SECONDS=60\nSTEADY_SECONDS=10\nROLLBACK=any\n",
    );
  });

  test("replaces one that the image brings", async () => {
    await put(`compiled/${path}`, "NAME=other\n");
    await assemble();
    expect(await readFile(join(tree, path), "utf8")).toMatch(/^NAME=hello\n/);
  });
});

test("an extension of files has the date 0, whenever its files were checked out", async () => {
  await put("files/usr/share/greeting", "hello\n");
  const extension = { folder, definition: definitionSchema.parse(filesData()) };
  const order = { version: { upstream: "1.0.0", revision: 1 }, architecture: "x86-64" } as const;
  expect(await assembleTree(extension, order, [], [], tree, folder)).toBe(0);
  expect(await readFile(join(tree, "usr/share/greeting"), "utf8")).toBe("hello\n");
});

test("what was compiled keeps its dates, links and executable files", async () => {
  await put("compiled/usr/bin/hello", "");
  execFileSync("chmod", ["0755", join(compiled, "usr/bin/hello")]);
  execFileSync("touch", ["--date=@1234567890", join(compiled, "usr/bin/hello")]);
  await symlink("hello", join(compiled, "usr/bin/hi"));
  expect(await assemble()).toBe(1_234_567_890);
  expect((await lstat(join(tree, "usr/bin/hello"))).mode & 0o777).toBe(0o755);
  expect((await lstat(join(tree, "usr/bin/hi"))).isSymbolicLink()).toBe(true);
});

describe("a link in what was compiled never leads out of the tree", () => {
  test("at the extension-release file, which replaces it", async () => {
    await put("outside/passwd", "root\n");
    await mkdir(join(compiled, "usr/lib/extension-release.d"), { recursive: true });
    const release = "usr/lib/extension-release.d/extension-release.hello";
    await symlink(join(outside, "passwd"), join(compiled, release));
    await assemble();
    expect(await readFile(join(outside, "passwd"), "utf8")).toBe("root\n");
    expect((await lstat(join(tree, release))).isFile()).toBe(true);
    expect(await readFile(join(tree, release), "utf8")).toContain("ARCHITECTURE=arm64");
  });

  test.each(["usr/lib", "usr/lib/extension-release.d"])(
    "at %s, where the extension-release file is written",
    async (path) => {
      await mkdir(join(compiled, dirname(path)), { recursive: true });
      await symlink(outside, join(compiled, path));
      await expect(assemble()).rejects.toMatchObject({ code: "tree-invalid" });
      expect(await readdir(outside)).toEqual([]);
    },
  );

  test("where the extension's own files are written", async () => {
    await put("files/usr/share/hello/greeting", "hello\n");
    await symlink(outside, join(compiled, "usr/share"));
    await expect(assemble()).rejects.toMatchObject({
      code: "tree-invalid",
      expected: "usr/share to be a directory in the image's tree",
    });
    expect(await readdir(outside)).toEqual([]);
  });

  test("where files of an archive are written", async () => {
    await put("content/hello", "hello");
    execFileSync("tar", [
      "--create",
      "--file",
      join(folder, "hello.tar"),
      "-C",
      join(folder, "content"),
      ".",
    ]);
    const input: FetchedInput = {
      name: "hello.tar",
      url: "http://localhost/hello.tar",
      path: join(folder, "hello.tar"),
      size: 1,
      sha256: "0".repeat(64),
      origin: { kind: "debian", suite: "trixie", package: "hello", version: "1" },
      take: { hello: "usr/bin/hello" },
    };
    await symlink(outside, join(compiled, "usr/bin"));
    await expect(assemble([input])).rejects.toMatchObject({ code: "tree-invalid" });
    expect(await readdir(outside)).toEqual([]);
  });

  test("instead of the whole tree", async () => {
    await rm(compiled, { recursive: true });
    await put("outside/usr/secret", "");
    await symlink(outside, compiled);
    await expect(assemble()).rejects.toMatchObject({ code: "tree-invalid" });
  });
});

test("a FIFO in what was compiled is an error, and is not opened", async () => {
  execFileSync("mkfifo", [join(compiled, "usr/fifo")]);
  await expect(assemble()).rejects.toMatchObject({
    code: "tree-invalid",
    found: "a FIFO, socket or device at usr/fifo",
  });
});

test("packages that are added to an image's files do not go through its links", async () => {
  await mkdir(join(tree, "usr"), { recursive: true });
  await symlink(outside, join(tree, "usr/lib"));
  await put("library/usr/lib/libc.so.6", "");
  await expect(addTree(join(folder, "library"), tree)).rejects.toMatchObject({ code: "tree-invalid" });
  expect(await readdir(outside)).toEqual([]);
});
