import { chmod, lstat, mkdir, mkdtemp, readFile, readlink, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Take } from "@sysext-kiln/extension";
import { putFile } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { entriesOf } from "./entries.ts";
import { takeMembers } from "./take.ts";

let folder: string;
let archive: string;
let tree: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-take-"));
  [archive, tree] = [join(folder, "archive"), join(folder, "tree")];
  await mkdir(tree);
  for (const path of [
    "hello-1.0/hello",
    "hello-1.0/bin/one",
    "hello-1.0/bin/two",
    "hello-1.0/doc/a/manual.md",
  ])
    await putFile(join(archive, path), `${path}\n`, { mode: 0o644 });
  await chmod(join(archive, "hello-1.0/bin/one"), 0o755);
});
afterEach(() => rm(folder, { recursive: true }));

function takeFrom(take: Take): Promise<void> {
  return takeMembers(archive, "hello.tar.gz", take, tree);
}

/** The files and links of the tree. */
async function placed(take: Take): Promise<string[]> {
  await takeFrom(take);
  return (await entriesOf(tree)).filter(({ type }) => type !== "directory").map(({ path }) => path);
}

describe("what is taken is", () => {
  test.each<[string, Take, string[]]>([
    ["a file, under another name", { "hello-1.0/hello": "usr/bin/hi" }, ["usr/bin/hi"]],
    ["a file, under its name in a folder", { "hello-1.0/hello": "usr/bin/" }, ["usr/bin/hello"]],
    ["a file found in any folder", { "**/manual.md": "usr/share/manual.md" }, ["usr/share/manual.md"]],
    ["all files of a folder", { "hello-1.0/bin/*": "usr/bin/" }, ["usr/bin/one", "usr/bin/two"]],
    ["a file whose folder has the version in its name", { "*/hello": "usr/bin/hello" }, ["usr/bin/hello"]],
    ["files by the end of their name", { "**/*.md": "usr/share/" }, ["usr/share/manual.md"]],
    ["a folder with its folders", { "hello-1.0/doc/": "usr/share/doc/" }, ["usr/share/doc/a/manual.md"]],
    [
      "the whole archive with exceptions",
      { "./": { to: "usr/local/", except: ["hello-1.0/bin/", "**/*.md"] } },
      ["usr/local/hello-1.0/hello"],
    ],
  ])("%s", async (_, take, expected) => {
    expect(await placed(take)).toEqual(expected);
  });

  test("a link among several files, as it is", async () => {
    await symlink("one", join(archive, "hello-1.0/bin/uno"));
    expect(await placed({ "hello-1.0/bin/*": "usr/bin/" })).toEqual([
      "usr/bin/one",
      "usr/bin/two",
      "usr/bin/uno",
    ]);
    expect(await readlink(join(tree, "usr/bin/uno"))).toBe("one");
  });

  test("the file that a link names, if the link is taken by its name", async () => {
    await symlink("one", join(archive, "hello-1.0/bin/uno"));
    await takeFrom({ "hello-1.0/bin/uno": "usr/bin/uno" });
    expect(await readFile(join(tree, "usr/bin/uno"), "utf8")).toBe("hello-1.0/bin/one\n");
  });
});

describe("a file that is taken", () => {
  test("has the mode that the definition gives it, or else upstream's", async () => {
    await takeFrom({
      "hello-1.0/bin/one": "usr/bin/one",
      "hello-1.0/bin/two": { to: "usr/bin/two", mode: "0755" },
    });
    for (const name of ["one", "two"])
      expect((await lstat(join(tree, "usr/bin", name))).mode & 0o777).toBe(0o755);
  });

  test("has its texts replaced, everywhere in it, and keeps its date", async () => {
    await putFile(
      join(archive, "hello.service"),
      "ExecStart=/usr/sbin/hello\nExecReload=/usr/sbin/hello -r\n",
    );
    const before = (await lstat(join(archive, "hello.service"))).mtimeMs;
    const unit = "usr/lib/systemd/system/hello.service";
    await takeFrom({ "hello.service": { to: unit, replace: { "/usr/sbin/": "/usr/bin/$&" } } });
    expect(await readFile(join(tree, unit), "utf8")).toBe(
      "ExecStart=/usr/bin/$&hello\nExecReload=/usr/bin/$&hello -r\n",
    );
    expect(Math.abs((await lstat(join(tree, unit))).mtimeMs - before)).toBeLessThan(2);
  });
});

describe("it is an error that says what the archive contains", () => {
  const members = "hello-1.0/bin/one, hello-1.0/bin/two, hello-1.0/doc/a/manual.md, hello-1.0/hello";

  test.each<[string, Take, string, string]>([
    ["if a file is missing", { "hello-2.0/hello": "usr/bin/hello" }, "the file hello-2.0/hello", members],
    ["if nothing matches", { "**/goodbye": "usr/bin/goodbye" }, "a file that matches **/goodbye", members],
    ["if a folder is missing", { "share/": "usr/share/" }, "files in share/", members],
    [
      "if an exception is missing",
      { "./": { to: "usr/", except: ["uninstall.sh"] } },
      "./ without uninstall.sh",
      members,
    ],
    ["if several files match", { "**/bin/*": "usr/bin/x" }, "one file that matches", "hello-1.0/bin/two"],
  ])("%s", async (_, take, expected, found) => {
    await expect(takeFrom(take)).rejects.toMatchObject({
      code: "archive-invalid",
      expected: expect.stringContaining(expected),
      found: expect.stringContaining(found),
    });
  });

  test("if two files would get the same path", async () => {
    await putFile(join(archive, "other/one"), "");
    await expect(takeFrom({ "**/one": "usr/bin/" })).rejects.toMatchObject({
      expected: "one file of hello.tar.gz to become usr/bin/one",
      found: "both hello-1.0/bin/one and other/one",
    });
  });

  test("but is cut if the archive has many members", async () => {
    for (let number = 0; number < 40; number += 1) await putFile(join(archive, `many/${number}`), "");
    await expect(takeFrom({ missing: "usr/bin/missing" })).rejects.toThrow(/many\/22, and 24 more$/);
  });

  test("if a text to replace does not occur", async () => {
    const take = { "hello-1.0/hello": { to: "usr/bin/hello", replace: { "/opt": "/usr" } } };
    await expect(takeFrom(take)).rejects.toThrow(
      'expected hello-1.0/hello of hello.tar.gz to contain "/opt"; found no such text',
    );
  });
});

test("a link that leaves the archive is not followed", async () => {
  await putFile(join(folder, "secret"), "secret");
  await symlink("../../secret", join(archive, "hello-1.0/secret"));
  await expect(takeFrom({ "hello-1.0/secret": "usr/share/secret" })).rejects.toMatchObject({
    code: "archive-invalid",
    found: "a member that is not a regular file inside it",
  });
});

test("a long name costs no more time than a short one", async () => {
  await putFile(join(archive, "a".repeat(250)), "");
  const started = performance.now();
  await expect(takeFrom({ "**/a*b": "usr/bin/b" })).rejects.toMatchObject({ code: "archive-invalid" });
  expect(performance.now() - started).toBeLessThan(1000);
});
