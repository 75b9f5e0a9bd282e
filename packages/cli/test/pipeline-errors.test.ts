import { appendFile, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTestRepository, type TestRepository } from "./test-repository.ts";

let helloRepository: TestRepository;
beforeEach(async () => {
  helloRepository = await openTestRepository();
});
afterEach(() => helloRepository[Symbol.asyncDispose]());

describe("there is one clear error and no partial result for", { timeout: 120_000 }, () => {
  beforeEach(() => helloRepository.offer("1.0.0-1"));

  test.each([
    ["an unknown extension", ["release", "helo"], 2, /unknown-extension.*one of the extensions hello/s],
    [
      "something that is not a version",
      ["release", "hello", "--version", "3.5.30; rm -rf /"],
      2,
      /usage.*a version: numbers/s,
    ],
    ["a version with a path", ["build", "hello", "../../x"], 2, /usage.*a version: numbers/s],
    [
      "a version that upstream does not have",
      ["build", "hello", "9.9.9"],
      1,
      /unknown-version.*1\.0\.0.*"9\.9\.9"/s,
    ],
    [
      "an unknown architecture",
      ["build", "hello", "--arch", "riscv64"],
      2,
      /Allowed choices are x86-64, arm64, all/,
    ],
    ["an unknown command", ["relase"], 2, /Did you mean release/],
    ["a port that is not a number", ["serve", ".", "--port", "http"], 2, /--port to be a number/],
    [
      "an output folder that cannot be made",
      ["build", "hello", "--arch", "x86-64", "--output", "/proc/nope/images"],
      1,
      /file-inaccessible.*\/proc\/nope/,
    ],
    ["a store that cannot be made", ["release", "--to", "/proc/nope"], 1, /file-inaccessible.*\/proc\/nope/],
    ["a folder without releases", ["verify", "nothing"], 1, /not-published/],
    [
      "missing definitions",
      ["plan", "--extensions", "nowhere"],
      1,
      /settings-invalid.*the folder nowhere.*found: +neither/s,
    ],
    ["a store that is a file", ["plan", "--to", "extensions/hello/extension.yaml"], 1, /file-inaccessible/],
  ])("%s", async (_, args, status, message) => {
    const outcome = await helloRepository.kiln(...args);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.status).toBe(status);
    expect(outcome.stderr).not.toMatch(/^ {4}at /m);
    await expect(stat(helloRepository.public)).rejects.toThrow("ENOENT");
  });

  test("a definition with an unknown key", async () => {
    await helloRepository.define({ "static: true": "statik: true" });
    const { stderr, status } = await helloRepository.kiln("plan");
    expect(stderr).toMatch(/definition-invalid.*extensions\/hello\/extension\.yaml:15:1 "statik"/);
    expect(status).toBe(1);
  });

  test("a key that kiln.yaml does not have", async () => {
    await writeFile(join(helloRepository.folder, "kiln.yaml"), "extensions: [hello]\nretention: 3\n");
    const { stderr, status } = await helloRepository.kiln("plan");
    expect(stderr).toMatch(
      /settings-invalid.*kiln\.yaml:2:1 "retention" to be one of the keys extensions, include, upstream/,
    );
    expect(status).toBe(1);
  });

  test("a base URL in the variable from which it has moved to kiln.yaml, until both agree", async () => {
    helloRepository.environment["KILN_BASE_URL"] = "https://example.org/x/";
    const { stderr, status } = await helloRepository.kiln("release", "--to", "public");
    expect(stderr).toMatch(
      /settings-invalid.*"baseUrl" of kiln\.yaml instead of the variable KILN_BASE_URL/s,
    );
    expect(stderr).toMatch(
      /next: +write "baseUrl: https:\/\/example\.org\/x" into kiln\.yaml if .*, and remove KILN_BASE_URL/,
    );
    expect(status).toBe(1);
    await writeFile(join(helloRepository.folder, "kiln.yaml"), "baseUrl: https://example.org/x\n");
    await helloRepository.addKilnHost();
    expect(await helloRepository.kiln("release", "--to", "public")).toMatchObject({ status: 0 });
    const transfer = join(helloRepository.public, "releases/download/hello-v1.0.0/hello.sysupdate.conf");
    expect(await readFile(transfer, "utf8")).toContain(
      "Path=https://example.org/x/releases/latest/download/",
    );
  });

  test("a policy that excludes everything that upstream has", async () => {
    await helloRepository.define({ "upstreams:": 'versions:\n  track: ["7.7"]\nupstreams:' });
    const { stderr, status } = await helloRepository.kiln("release", "--to", "public");
    expect(stderr).toMatch(/unknown-version.*policy wants\n +found: 1\.0\.0/s);
    expect(status).toBe(1);
  });

  test("an extension's folder without a definition", async () => {
    await rm(join(helloRepository.folder, "extensions/hello/extension.yaml"));
    const { stderr, status } = await helloRepository.kiln("list");
    expect(stderr).toMatch(/definition-invalid.*extensions\/hello\/extension\.yaml\n +found: no such file/s);
    expect(status).toBe(1);
  });

  test("a smoke run of a program that does not exist", async () => {
    await helloRepository.define({ "run: [/usr/bin/hello]": "run: [/usr/bin/hello-not-there]" });
    const { stderr } = await helloRepository.kiln("release", "--to", "public");
    expect(stderr).toMatch(/smoke-failed/);
  });

  test("a package that was changed after it was indexed", async () => {
    await appendFile(join(helloRepository.archive.root, "pool/hello_1.0.0-1_arm64.deb"), "x");
    const { stderr, status } = await helloRepository.kiln("release", "--to", "public");
    expect(stderr).toMatch(/digest-mismatch/);
    expect(status).toBe(1);
    expect(await readdir(helloRepository.public)).not.toContain("releases");
  });

  test("an index that was changed after it was signed", async () => {
    await appendFile(join(helloRepository.archive.root, "dists/trixie/main/binary-amd64/Packages"), "\n");
    const { stderr, status } = await helloRepository.kiln("plan");
    expect(stderr).toMatch(/archive-invalid/);
    expect(status).toBe(1);
  });

  test("a program with the wrong output", async () => {
    await helloRepository.define({ "hello {version}": "good day" });
    const { stderr, status } = await helloRepository.kiln("release", "--to", "public");
    expect(stderr).toMatch(/smoke-failed.*to print "good day"\n +found: hello 1\.0\.0/s);
    expect(status).toBe(1);
    expect(await readdir(helloRepository.public)).not.toContain("releases");
  });

  test.each(["52k", "1m"])("a full disk of %s", async (size) => {
    const { stderr, status } = await helloRepository.kilnOnSmallDisk(size, "release", "--to", "public");
    expect(stderr).toMatch(/^error \(disk-full\): expected enough disk space for /m);
    expect(status).toBe(1);
    expect(await readdir(helloRepository.folder)).not.toContain("public/releases");
  });

  test("an unreachable mirror", async () => {
    await helloRepository.archive[Symbol.asyncDispose]();
    const { stderr, status } = await helloRepository.kiln("plan");
    expect(stderr).toMatch(/network-unreachable/);
    expect(status).toBe(1);
  });
});
