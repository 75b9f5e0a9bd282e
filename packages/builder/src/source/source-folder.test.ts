import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definitionSchema, type Extension } from "@sysext-kiln/extension";
import { ensureTestPrograms, helloData, startGitHub } from "@sysext-kiln/testbed";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { cachedSource } from "./cached-source.ts";
import { readSourceFolder } from "./source-folder.ts";

const cache = await mkdtemp(join(tmpdir(), "kiln-source-cache-"));
process.env["KILN_CACHE_DIR"] = cache;
process.env["no_proxy"] = "127.0.0.1";

beforeAll(() => ensureTestPrograms("git"));

let folder: string;
let source: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-source-"));
  source = join(folder, "hello");
  await mkdir(join(source, "doc"), { recursive: true });
  await writeFile(join(source, "configure.ac"), "# hello\nAC_INIT([Hello], [1.2.0], [])\n");
  await writeFile(join(source, "hello.c"), "int main;\n");
  await symlink("../hello.c", join(source, "doc/hello"));
  for (const path of ["configure.ac", "hello.c"]) await utimes(join(source, path), 1_000_000, 1_234_567_890);
});
afterEach(() => Promise.all([folder, cache].map((one) => rm(one, { recursive: true, force: true }))));

const statedVersion = { file: "configure.ac", text: "AC_INIT([Hello], [{version}]," };

function extensionWith(github: object): Extension {
  const data = { ...helloData(), upstreams: { github: { repository: "acme/hello", ...github } } };
  return { definition: definitionSchema.parse(data), folder: "/nowhere" };
}
const hello = extensionWith({ kind: "tags", statedVersion });

const say = () => undefined;
const read = (wanted?: string) => readSourceFolder(hello, source, wanted, say);

function git(...args: string[]): string {
  const who = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
  const env = {
    ...process.env,
    GIT_COMMITTER_DATE: "@1000000000 +0000",
    // Whoever runs the tests may sign all commits, or ignore files everywhere.
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
  };
  return execFileSync("git", [...who, ...args], { cwd: source, encoding: "utf8", env }).trim();
}

/** Makes the folder a checkout of a commit that a tag names. */
function checkout(tag = "v1.2.0"): void {
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "--message", "first");
  git("tag", tag);
}

describe("sources without a repository", () => {
  test("have the version that they state, and the date of their newest file", async () => {
    const { version, input } = await read();
    expect(version).toBe("1.2.0");
    expect(input).toEqual({
      name: "hello.orig.tar",
      tree: expect.stringMatching(/^[0-9a-f]{40}$/),
      epoch: 1_234_567_890,
      origin: { kind: "folder" },
    });
  });

  test("are in the cache as they were, whatever happens to the folder", async () => {
    const { input } = await read();
    await rm(source, { recursive: true });
    const archive = await cachedSource(input, say);
    const names = execFileSync("tar", ["--list", "--file", archive], { encoding: "utf8" }).trim().split("\n");
    expect(names).toEqual([
      "source/",
      "source/configure.ac",
      "source/doc/",
      "source/doc/hello",
      "source/hello.c",
    ]);
  });

  test("are packed into the same bytes as the source at a tag with the same files and date", async () => {
    const { input } = await read();
    const packed = await readFile(await cachedSource(input, say));
    await rm(cache, { recursive: true });
    await using github = await startGitHub();
    const commit = github.repository("acme/hello").commit({
      "configure.ac": await readFile(join(source, "configure.ac"), "utf8"),
      "hello.c": await readFile(join(source, "hello.c"), "utf8"),
      "doc/hello": { link: "../hello.c" },
    });
    const { name, tree, epoch } = input;
    const origin = {
      kind: "github",
      repository: "acme/hello",
      tag: "v1.2.0",
      object: commit,
      commit,
    } as const;
    const url = `${github.origins.web}/acme/hello/archive/${commit}.tar.gz`;
    const fetched = await readFile(await cachedSource({ name, tree, epoch, origin, url }, say));
    expect(fetched.equals(packed)).toBe(true);
  });

  test("that are no longer in the cache are an error, not fetched", async () => {
    const { input } = await read();
    await writeFile(await cachedSource(input, say), "");
    await expect(cachedSource(input, say)).rejects.toMatchObject({
      code: "digest-mismatch",
      next: expect.stringContaining("--source"),
    });
  });
});

describe("a git checkout", () => {
  test("is read with its commit, its tag and the commit's date, and without its repository", async () => {
    const plain = await read();
    checkout();
    const { input } = await read();
    expect(input).toEqual({
      ...plain.input,
      epoch: 1_000_000_000,
      origin: { kind: "folder", commit: git("rev-parse", "HEAD"), tag: "v1.2.0" },
    });
    expect(input.tree).toBe(git("rev-parse", "HEAD^{tree}"));
  });

  test.each([
    ["a changed file", () => writeFile(join(source, "hello.c"), "int mine;\n"), "hello.c"],
    ["a new file", () => writeFile(join(source, "more.c"), ""), "more.c"],
    ["a missing file", () => rm(join(source, "hello.c")), "hello.c"],
    [
      "a file that git ignores",
      async () => {
        await writeFile(join(source, ".git/info/exclude"), "*.out\n");
        await writeFile(join(source, "a.out"), "text\n");
      },
      "a.out",
    ],
  ])("with %s is an error that names it", async (_, change, path) => {
    checkout();
    await change();
    await expect(read()).rejects.toMatchObject({
      code: "archive-invalid",
      expected: `${source} to contain exactly the files of v1.2.0`,
      found: `changed, missing or additional files: ${path}`,
    });
  });

  test("at a commit that the version's tag does not name is an error", async () => {
    checkout("v1.1.0");
    await expect(read()).rejects.toMatchObject({
      code: "unknown-version",
      expected: expect.stringContaining("to be at the tag v1.2.0"),
      next: `git -C ${source} checkout v1.2.0; a clone without tags gets them with git fetch --tags`,
    });
  });

  test("runs nothing that its configuration names", async () => {
    checkout();
    const mark = join(folder, "ran");
    for (const key of ["core.fsmonitor", "gpg.program", "core.pager"])
      git("config", key, `touch ${mark}; true`);
    git("config", "log.showSignature", "true");
    git("config", "filter.mine.clean", `touch ${mark}; cat`);
    await writeFile(join(source, ".gitattributes"), "*.c filter=mine\n");
    await writeFile(join(source, "hello.c"), "int other;\n");
    await expect(read()).rejects.toMatchObject({ code: "archive-invalid" });
    await expect(readFile(mark)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("whose repository is damaged is an error", async () => {
    checkout();
    await rm(join(source, ".git/HEAD"));
    await expect(read()).rejects.toMatchObject({
      code: "file-inaccessible",
      expected: `${source} to be a git checkout, because it contains .git`,
    });
  });
});

describe("an error says what is wrong with", () => {
  test.each([
    ["a folder that does not exist", () => rm(source, { recursive: true }), "it does not exist"],
    [
      "a file in its place",
      async () => {
        await rm(source, { recursive: true });
        await writeFile(source, "");
      },
      "no folder",
    ],
  ])("%s", async (_, change, found) => {
    await change();
    await expect(read()).rejects.toMatchObject({
      code: "file-inaccessible",
      expected: `${source} to be a folder with the sources of hello`,
      found,
    });
  });

  test.each([
    ["sources of something else", () => rm(join(source, "configure.ac")), "no file configure.ac"],
    [
      "a file without the text before the version",
      () => writeFile(join(source, "configure.ac"), "AC_INIT([Other], [1.2.0], [])\n"),
      "a configure.ac without that, or with something that is no version",
    ],
    [
      "a version that is none",
      () => writeFile(join(source, "configure.ac"), "AC_INIT([Hello], [git-main], [])\n"),
      "a configure.ac without that, or with something that is no version",
    ],
  ])("%s", async (_, change, found) => {
    await change();
    await expect(read()).rejects.toMatchObject({ code: "unknown-version", found });
  });

  test("sources of another version than the requested one", async () => {
    await expect(read("v1.2.0")).resolves.toMatchObject({ version: "1.2.0" });
    await expect(read("1.3.0")).rejects.toMatchObject({
      code: "unknown-version",
      expected: `${source} to contain the sources of hello 1.3.0`,
      found: "those of 1.2.0, as configure.ac says",
    });
  });

  test.each([
    ["a compiled object", Buffer.from("\x7fELF\x02\x01\x01\0", "latin1")],
    ["a static library", Buffer.from("!<arch>\nhello.o/")],
    ["a thin library", Buffer.from("!<thin>\nhello.o/")],
    ["bitcode", Buffer.from("BC\xc0\xde", "latin1")],
  ])("%s among the sources", async (_, content) => {
    await writeFile(join(source, "doc/hello.o"), content);
    await expect(read()).rejects.toMatchObject({
      code: "archive-invalid",
      found: "the compiled file doc/hello.o",
    });
  });

  test("a FIFO among the sources", async () => {
    execFileSync("mkfifo", [join(source, "fifo")]);
    await expect(read()).rejects.toMatchObject({ code: "archive-invalid" });
  });

  test.each([
    ["does not say where its version is stated", extensionWith({ kind: "tags" })],
    ["takes the files of releases", extensionWith({ kind: "releases", asset: "hello", to: "usr/bin/hello" })],
  ])("an extension that %s", async (_, extension) => {
    await expect(readSourceFolder(extension, source, undefined, say)).rejects.toMatchObject({
      code: "usage",
      found: "no upstreams.github.statedVersion",
    });
  });
});
