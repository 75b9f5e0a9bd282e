import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { filesText } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openTestRepository, type TestRepository } from "./test-repository.ts";

let repository: TestRepository;
let folder: string;
beforeEach(async () => {
  repository = await openTestRepository();
  folder = join(repository.folder, "extensions/hello");
  await rm(join(folder, "files"), { recursive: true });
  await put("usr/share/hello/greeting", "hello");
  await put(
    "usr/lib/hello/greet",
    '#!/bin/sh\nread -r text </usr/share/hello/greeting; echo "$text $0 1.0.0"\n',
    0o755,
  );
  await mkdir(join(folder, "files/usr/bin"));
  await symlink("../lib/hello/greet", join(folder, "files/usr/bin/greet"));
  await define('smoke:\n  - run: [/usr/bin/greet]\n    expect: ["hello /usr/bin/greet {version}"]\n');
  await offerShell();
});
afterEach(() => repository[Symbol.asyncDispose]());

async function put(path: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(join(folder, "files", path)), { recursive: true });
  await writeFile(join(folder, "files", path), `${text}\n`, { mode });
}

function define(smoke: string): Promise<void> {
  const shell = "hostLibraries:\n  suite: trixie\n  packages: [shell]\n";
  return writeFile(join(folder, "extension.yaml"), filesText() + shell + smoke);
}

/** Puts this machine's shell and its libraries into the archive, for both architectures. */
async function offerShell(): Promise<void> {
  const libraries = (await run("ldd", ["/bin/dash"])).matchAll(/\/\S+/g);
  const paths = [...libraries].map(([path]) => path);
  const files: Record<string, Buffer> = { "bin/sh": await readFile("/bin/dash") };
  for (const path of paths) files[path.slice(1)] = await readFile(path);
  for (const architecture of ["amd64", "arm64"] as const)
    await repository.archive.add({ name: "shell", version: "1", architecture, files });
  await repository.archive.publish("trixie");
}

async function succeed(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await repository.kiln(...args);
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return stdout;
}

/** The files and links of an image, each with its mode, its date, and where it leads. */
async function contentsOf(image: string): Promise<string[]> {
  const tree = join(repository.folder, "unpacked");
  await run("unsquashfs", ["-quiet", "-no-progress", "-dest", tree, image]);
  const listed = await run("find", [tree, "!", "-type", "d", "-printf", "%P %#m %Ts %l\n"]);
  return listed.trimEnd().split("\n").toSorted();
}

test("an extension of files is listed, planned, built, run and published for both architectures", async () => {
  expect(await succeed("list")).toMatch(/hello +files +1\.0\.0 +1\.0\.0 +-/);
  expect(await succeed("plan", "--from", "debian")).toMatch(/hello +1\.0\.0 +arm64 +files/);
  await succeed("release", "hello", "--from", "debian");
  expect(await succeed("release")).toMatch(/Nothing to do/);
  await succeed("verify", "public");

  const release = join(repository.public, "releases/download/hello-v1.0.0");
  const record = await readFile(join(release, "hello-1.0.0-arm64.build.json"), "utf8");
  expect(JSON.parse(record)).toMatchObject({ upstream: "files", inputs: [], image: { epoch: 0 } });
  expect(await readFile(join(release, ".notes.md"), "utf8")).toContain(
    "Built from files of `extensions/hello`; the `build.json` of an image",
  );
  expect(await contentsOf(join(release, "hello-1.0.0-arm64.raw"))).toEqual([
    "usr/bin/greet 0777 0 ../lib/hello/greet",
    "usr/lib/extension-release.d/extension-release.hello 0644 0 ",
    "usr/lib/hello/greet 0755 0 ",
    "usr/lib/sysext-kiln/hello/extension.conf 0644 0 ",
    "usr/share/hello/greeting 0644 0 ",
  ]);

  await put("usr/share/hello/greeting", "hello again");
  expect(await succeed("plan")).toMatch(/hello +1\.0\.0-2 +arm64 +files/);
});

test("a smoke run that fails in a shell program is reported with what it printed", async () => {
  await define('smoke:\n  - run: [/usr/bin/greet]\n    expect: ["goodbye"]\n');
  const { status, stderr } = await repository.kiln("build", "hello");
  expect(stderr).toMatch(/smoke-failed.*to print "goodbye"[^]*hello \/usr\/bin\/greet 1\.0\.0/);
  expect(status).toBe(1);
});
