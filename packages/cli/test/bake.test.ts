import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { digestOf, run, type Outcome } from "@sysext-kiln/machine";
import { debugfs, ensureTestPrograms, makeDiskImage, rootPartition, smallLayout } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestRepository, type TestRepository } from "./test-repository.ts";

const layout = smallLayout(24);
const image = "/opt/extensions/hello/hello-1.2.0-x86-64.raw";

let helloRepository: TestRepository;
beforeAll(async () => {
  helloRepository = await openTestRepository();
  await helloRepository.addKilnHost();
  await helloRepository.offer("1.1.0-1");
  await helloRepository.offer("1.2.0-1");
  await helloRepository.makeKey("other");
  const { key } = await helloRepository.makeKey("ours");
  helloRepository.environment["KILN_SIGNING_KEY_FILE"] = key;
  await helloRepository.addExtension("unpublished", "hello");
  await writeFile(join(helloRepository.folder, "kiln.yaml"), "extensions: [hello]\n");
  await succeed("release", "--to", "public");
  const tree = join(helloRepository.folder, "tree");
  await mkdir(join(tree, "etc"), { recursive: true });
  await makeDiskImage(join(helloRepository.folder, "flatcar.img"), { layout, tree });
});
afterAll(() => helloRepository[Symbol.asyncDispose]());

async function succeed(...args: string[]): Promise<Outcome> {
  const outcome = await helloRepository.kiln(...args);
  expect(outcome).toMatchObject({ stderr: "", status: 0 });
  return outcome;
}

/** What debugfs prints about the root file system of a raw disk image in the repository. */
function inside(disk: string, command: string): Promise<string> {
  return debugfs(join(helloRepository.folder, disk), rootPartition(layout).offset, command);
}

const fileOf = (version: string, architecture: string) =>
  `public/releases/download/hello-v${version}/hello-${version}-${architecture}.raw`;

describe.concurrent("kiln bake", () => {
  test("adds what is published, reports what it added, and leaves the disk image unchanged", async () => {
    const before = await digestOf(join(helloRepository.folder, "flatcar.img"));
    const { stdout } = await succeed("bake", "flatcar.img");
    expect(stdout).toMatch(/^hello +1\.2\.0 +hello-1\.2\.0-x86-64\.raw +public\/releases\/download\//m);
    expect(stdout).not.toMatch(/unpublished|kiln-host/);
    expect(stdout).toMatch(/^flatcar-baked\.img: raw, x86-64, [\d.]+ MB$/m);
    expect(await inside("flatcar-baked.img", "stat /etc/extensions/hello.raw")).toContain(`"${image}"`);
    const published = await digestOf(join(helloRepository.folder, fileOf("1.2.0", "x86-64")));
    await inside("flatcar-baked.img", `dump ${image} ${join(helloRepository.folder, "dumped.raw")}`);
    expect(await digestOf(join(helloRepository.folder, "dumped.raw"))).toBe(published);
    expect(await digestOf(join(helloRepository.folder, "flatcar.img"))).toBe(before);
  });

  test.each([
    ["qcow2", "QFI\xfb"],
    ["vhdx", "vhdx"],
  ])("writes the format that the output's name ends in, %s", async (format, start) => {
    const { stdout } = await succeed("bake", "flatcar.img", "--output", `copy.${format}`);
    expect(stdout).toContain(`\ncopy.${format}: ${format}, `);
    const disk = await readFile(join(helloRepository.folder, `copy.${format}`), "latin1");
    expect(disk.slice(0, 4)).toBe(start);
  });

  test("adds and enables what keeps an extension up to date", async () => {
    const published = ["--base-url", "https://example.org/x/", "--to", "public"];
    const updates = ["--with-updates", "--key", "ours/import-pubring.gpg", ...published];
    await succeed("bake", "flatcar.img", "hello", ...updates, "--output", "updated.raw");
    const transfer = await inside("updated.raw", "cat /etc/sysupdate.hello.d/hello.conf");
    expect(transfer).toContain("Path=https://example.org/x/releases/latest/download/\n");
    expect(transfer).toContain("Verify=true");
    expect(await inside("updated.raw", "cat /etc/sysext-kiln/host.conf")).toMatch(/^REPOSITORY=\S+$/m);
    const units = "/etc/systemd/system";
    for (const [target, unit] of [
      ["timers.target", "kiln-host.timer"],
      ["timers.target", "kiln-host-recovery.timer"],
      ["basic.target", "kiln-host-boot.service"],
    ]) {
      const link = await inside("updated.raw", `stat ${units}/${target}.wants/${unit}`);
      expect(link).toContain(`"${units}/${unit}"`);
    }
    expect(await inside("updated.raw", "stat /etc/sysext-kiln/bootstrap")).toMatch(/Mode: +0755/);
    const kilnHost = "/opt/extensions/kiln-host/kiln-host-1.0.0-x86-64.raw";
    expect(await inside("updated.raw", "stat /etc/extensions/kiln-host.raw")).toContain(`"${kilnHost}"`);
    expect(await inside("updated.raw", `stat ${kilnHost}`)).toContain("regular");
    const keyring = join(helloRepository.folder, "dumped.gpg");
    await inside("updated.raw", `dump /etc/systemd/import-pubring.gpg ${keyring}`);
    expect(await digestOf(keyring)).toBe(
      await digestOf(join(helloRepository.folder, "ours/import-pubring.gpg")),
    );
  });

  test("can defer updates to the next reboot", async () => {
    const published = ["--base-url", "https://example.org", "--to", "public"];
    const updates = ["--with-updates", "--reboot", "--key", "ours/import-pubring.gpg", ...published];
    await succeed("bake", "flatcar.img", "hello", ...updates, "--output", "reboot.raw");
    expect(await inside("reboot.raw", "cat /etc/sysext-kiln/host.conf")).toContain("\nMODE=reboot\n");
  });

  test("writes another format, and reports what it did as JSON", async () => {
    const args = ["hello", "--format", "vhd", "--output", "out/hello.vhd", "--json"];
    const { stdout } = await succeed("bake", "flatcar.img", ...args);
    const { size } = await stat(join(helloRepository.folder, "out/hello.vhd"));
    const images = [{ extension: "hello", version: "1.2.0", image: "hello-1.2.0-x86-64.raw" }];
    expect(JSON.parse(stdout)).toMatchObject({
      output: "out/hello.vhd",
      format: "vhd",
      architecture: "x86-64",
      size,
      images,
    });
  });

  test("accepts a version, which it builds if it is not published, or a file", async () => {
    const built = await succeed("bake", "flatcar.img", "hello=1.1.0", "--output", "version.raw");
    expect(built.stdout).toMatch(/hello +1\.1\.0 +hello-1\.1\.0-x86-64\.raw +built now$/m);
    const file = fileOf("1.2.0", "x86-64");
    const given = await succeed("bake", "flatcar.img", `hello=${file}`, "--output", "file.raw");
    expect(given.stdout).toContain(file);
    expect(await inside("file.raw", "stat /etc/extensions/hello.raw")).toContain(`"${image}"`);
  });
});

test("kiln bake accepts an image that others made, and reports what it could not check", async () => {
  await ensureTestPrograms("mkfs.erofs");
  const releases = join(helloRepository.folder, "foreign/usr/lib/extension-release.d");
  await mkdir(releases, { recursive: true });
  await writeFile(join(releases, "extension-release.hello"), "ID=flatcar\nVERSION_ID=4000.0.0\n");
  const foreign = join(helloRepository.folder, "hello-1.4.0-x86-64.raw");
  await run("mkfs.erofs", ["-T", "1600000000", foreign, join(releases, "../../..")]);
  const args = ["flatcar.img", "hello=hello-1.4.0-x86-64.raw", "--output", "foreign.raw", "--json"];
  const { stdout, stderr, status } = await helloRepository.kiln("bake", ...args);
  const needs = "ID=flatcar, VERSION_ID=4000.0.0, which hello-1.4.0-x86-64.raw requires";
  const unchecked = `whether the operating system has ${needs}`;
  expect({ stderr, status }).toEqual({ stderr: `not checked: ${unchecked}`, status: 0 });
  expect(JSON.parse(stdout)).toMatchObject({ unchecked: [unchecked] });
  expect(await inside("foreign.raw", `stat ${image.replace("1.2.0", "1.4.0")}`)).toContain("regular");
});

describe("kiln bake refuses without writing anything", () => {
  test.each([
    [
      "an image for the wrong architecture",
      [`hello=${fileOf("1.2.0", "arm64")}`],
      1,
      /architecture-mismatch.*found: an image for arm64/s,
    ],
    ["a directory", ["hello=./tree"], 2, /mksquashfs \.\/tree hello-\{version\}-\{arch\}\.raw -all-root/],
    ["a version that does not exist", ["hello=9.9.9"], 1, /unknown-version/],
    [
      "a version that is not in the given store",
      ["hello=9.9.9", "--to", "public"],
      1,
      /not-published.*hello-v9\.9\.9/s,
    ],
    [
      "an update directory that is not signed by the key",
      ["hello", "--key", "other/import-pubring.gpg"],
      1,
      /signature-invalid.*latest\/download/s,
    ],
    [
      "a version that is not signed by the key",
      ["hello=1.2.0", "--key", "other/import-pubring.gpg"],
      1,
      /signature-invalid.*hello-v1\.2\.0/s,
    ],
    ["an unknown extension", ["nothing"], 2, /unknown-extension/],
    ["an extension twice", ["hello", "hello=1.2.0"], 2, /each extension only once/],
    [
      "something that is neither a version nor a file",
      ["hello=newest"],
      2,
      /hello=VERSION or hello=FILE\.raw/,
    ],
    [
      "an image with another name",
      ["hello=other.raw"],
      2,
      /the name of hello's image to match hello-\{version\}-\{arch\}\.raw/,
    ],
    [
      "updates without a URL",
      ["--with-updates"],
      2,
      /--base-url, or "baseUrl" in kiln\.yaml, which --with-updates requires/,
    ],
    [
      "updates from something that is not a URL",
      ["--with-updates", "--base-url", "public"],
      2,
      /--base-url to be a URL/,
    ],
  ])("%s", async (name, args, status, message) => {
    const folder = name.replaceAll(" ", "-");
    const outcome = await helloRepository.kiln(
      "bake",
      "flatcar.img",
      ...args,
      "--output",
      `${folder}/out.raw`,
    );
    expect(outcome.stderr).toMatch(message);
    expect(outcome.status).toBe(status);
    expect(await readdir(join(helloRepository.folder, folder)).catch(() => [])).toEqual([]);
  });

  test("to overwrite the disk image itself", async () => {
    const outcome = await helloRepository.kiln("bake", "flatcar.img", "--output", "./flatcar.img");
    expect(outcome.stderr).toContain("a file other than the image");
    expect(outcome.status).toBe(2);
  });

  test("to overwrite a folder", async () => {
    for (const output of ["tree", "new/"]) {
      const outcome = await helloRepository.kiln("bake", "flatcar.img", "--output", output);
      expect(outcome).toMatchObject({ stdout: "", status: 2 });
      expect(outcome.stderr).toContain("--output to be a file");
    }
  });

  test("when this machine's disk is full, without blaming the image", async () => {
    const { mksquashfs } = await ensureTestPrograms("mksquashfs");
    const large = join(helloRepository.folder, "large");
    const release = join(large, "usr/lib/extension-release.d");
    await mkdir(release, { recursive: true });
    await writeFile(join(release, "extension-release.hello"), "ID=_any\nARCHITECTURE=x86-64\n");
    await writeFile(join(large, "usr/random"), randomBytes(8_000_000));
    const name = "hello-1.3.0-x86-64.raw";
    await run(mksquashfs, [large, join(helloRepository.folder, name), "-quiet", "-no-progress"]);
    const baking = ["bake", "flatcar.img", `hello=./${name}`, "--output", "cache/out.raw"];
    const { stdout, stderr, status } = await helloRepository.kilnOnSmallDisk("6m", ...baking);
    expect(stdout).toContain("add hello 1.3.0");
    expect(stderr).toMatch(/^error \(disk-full\)/);
    expect(status).toBe(1);
  });

  test("a file that is not a disk image or does not exist", async () => {
    await writeFile(join(helloRepository.folder, "notes.img"), "no disk\n".repeat(500));
    const outcome = await helloRepository.kiln("bake", "notes.img", "--output", "notes/out.raw");
    expect(outcome.stderr).toMatch(/disk-image-invalid.*notes\.img to be a disk image/s);
    expect(outcome.status).toBe(1);
    expect(await readdir(join(helloRepository.folder, "notes"))).toEqual([]);
    const nothing = await helloRepository.kiln("bake", "nothing.img");
    expect(nothing.stderr).toMatch(/nothing\.img\n +found: it does not exist/);
  });
});
