import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureTestPrograms } from "@sysext-kiln/testbed";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { gitTreeId } from "./git-tree.ts";

beforeAll(() => ensureTestPrograms("git"));

let folder: string;
let source: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-tree-"));
  source = join(folder, "source");
  await mkdir(join(source, "lib/deep"), { recursive: true });
  await writeFile(join(source, "README"), "read me\n");
  await writeFile(join(source, "lib/deep/data"), Buffer.from([0, 255, 10, 13, 10]));
});
afterEach(() => rm(folder, { recursive: true }));

/** The id according to git. */
function byGit(): string {
  const options = {
    encoding: "utf8",
    cwd: source,
    env: { PATH: process.env["PATH"], GIT_DIR: `${folder}/git` },
  } as const;
  const git = (...args: string[]) =>
    execFileSync("git", args, { ...options, stdio: ["ignore", "pipe", "ignore"] });
  git("init", "--quiet");
  git("--work-tree=.", "add", "--all", "--force");
  return git("write-tree").trim();
}

test("a folder has the id that git gives it", async () => {
  expect(await gitTreeId(source)).toBe(byGit());
});

test("a FIFO is an error, and is not opened", async () => {
  execFileSync("mkfifo", [join(source, "fifo")]);
  await expect(gitTreeId(source)).rejects.toMatchObject({ code: "archive-invalid" });
});

test("files, folders and links are sorted as git sorts them", async () => {
  for (const name of ["lib.c", "lib-x", "lib0", "Zebra", "\u00e4", "\u{1f600}"])
    await writeFile(join(source, name), name);
  await symlink("lib/deep", join(source, "link"));
  await symlink("/nowhere", join(source, "dangling"));
  expect(await gitTreeId(source)).toBe(byGit());
});

test("only whether a file is executable counts of its mode", async () => {
  const before = await gitTreeId(source);
  await chmod(join(source, "README"), 0o600);
  expect(await gitTreeId(source)).toBe(before);
  await chmod(join(source, "README"), 0o775);
  expect(await gitTreeId(source)).not.toBe(before);
  expect(await gitTreeId(source)).toBe(byGit());
});

test.each<[string, () => Promise<void>]>([
  ["every byte", () => writeFile(join(source, "README"), "read mE\n")],
  ["names", () => rename(join(source, "README"), join(source, "README.md"))],
  ["the folder of a file", () => rename(join(source, "lib/deep/data"), join(source, "lib/data"))],
  ["every file", () => writeFile(join(source, "lib/more"), "")],
])("the id depends on %s", async (_, change) => {
  const before = await gitTreeId(source);
  await change();
  expect(await gitTreeId(source)).not.toBe(before);
});
