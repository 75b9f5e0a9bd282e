import { chmod, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { ensureTestPrograms, putFile } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inspectImage } from "./inspect-image.ts";

const date = 1_600_000_000;

let folder: string;
beforeAll(async () => {
  await ensureTestPrograms("mksquashfs", "mkfs.erofs", "mke2fs", "mkfs.btrfs", "sfdisk", "fdisk");
  folder = await mkdtemp(join(tmpdir(), "kiln-inspect-image-"));
});
afterAll(() => rm(folder, { recursive: true }));

let number = 0;

/** A tree with an extension-release file, as /usr or as the root above it. */
async function tree(release: string, below = "usr/"): Promise<string> {
  const path = join(folder, `tree-${number++}`);
  await putFile(join(path, `${below}lib/extension-release.d/extension-release.hello`), release);
  await putFile(join(path, `${below}bin/hello`), "#!/bin/sh\n".repeat(2000));
  return path;
}

type Make = (tree: string) => Promise<string>;

const newPath = () => join(folder, `image-${number++}.raw`);

const squashfs: Make = async (from) => {
  const path = newPath();
  const time = ["-mkfs-time", String(date), "-all-time", String(date)];
  await run("mksquashfs", [from, path, "-quiet", "-no-progress", "-all-root", ...time]);
  return path;
};

const erofs =
  (...options: string[]): Make =>
  async (from) => {
    const path = newPath();
    await run("mkfs.erofs", [...options, "-T", String(date), path, from]);
    return path;
  };

const madeBy =
  (program: string, args: (tree: string) => string[], megabytes: number): Make =>
  async (from) => {
    const path = newPath();
    await writeFile(path, "");
    await truncate(path, megabytes * 1024 * 1024);
    await run(program, [...args(from), path], { env: { E2FSPROGS_FAKE_TIME: String(date) } });
    return path;
  };

const ext = (type: string) => madeBy("mke2fs", (from) => ["-q", "-t", type, "-d", from], 8);
const btrfs = madeBy("mkfs.btrfs", (from) => ["-q", "--rootdir", from], 128);

const types = {
  "root-x86-64": "4f68bce3-e8cd-4db1-96e7-fbcaf984b709",
  "root-arm64": "b921b045-1df0-41c3-af44-4c6f280d3fae",
  "root-x86-64-verity": "2c7357ed-ebd2-46d9-aec1-23d437ec2bf5",
  "usr-x86-64": "8484680c-9521-48c6-9c11-b0720656f69e",
  generic: "0fc63daf-8483-4772-8e79-3d69d8477de4",
};

/** A disk of 24 MB, with an image in its first partition. */
async function disk(
  content: string,
  table: readonly string[],
  { label = "gpt", sectorSize = 512 } = {},
): Promise<string> {
  const path = newPath();
  await writeFile(path, "");
  await truncate(path, 24 * 1024 * 1024);
  const [first = "", ...others] = table;
  const start = (1024 * 1024) / sectorSize;
  const lines = [`label: ${label}`, `start=${start}, size=${(12 * 1024 * 1024) / sectorSize}, type=${first}`];
  const script = [...lines, ...others.map((type) => `size=${start}, type=${type}`), ""].join("\n");
  if (sectorSize === 512) await run("sfdisk", ["--quiet", path], { input: script });
  else {
    await writeFile(`${path}.layout`, script);
    await run("fdisk", ["--sector-size", String(sectorSize), path], { input: `I\n${path}.layout\nw\n` });
  }
  await run("dd", [`if=${content}`, `of=${path}`, "bs=1M", "seek=1", "conv=notrunc", "status=none"]);
  return path;
}

const inGpt =
  (make: Make, table: readonly string[], options = {}): Make =>
  async (from) =>
    disk(await make(from), table, options);

const inspect = (path: string) => inspectImage(path, "hello", "x86-64");

const forAll = "ID=_any\n";

describe("an image that systemd-sysext accepts is accepted, and its date is read:", () => {
  test.each<[string, Make]>([
    ["squashfs", squashfs],
    ["erofs", erofs()],
    ["erofs, compressed", erofs("-zlz4hc")],
    ["ext4", ext("ext4")],
    ["a GPT with squashfs as the root", inGpt(squashfs, [types["root-x86-64"]])],
    ["a GPT with erofs as the root", inGpt(erofs("-zlz4"), [types["root-x86-64"]])],
    ["a GPT with ext4 in a generic partition", inGpt(ext("ext4"), [types.generic])],
    ["a GPT with sectors of 4096 bytes", inGpt(squashfs, [types["root-x86-64"]], { sectorSize: 4096 })],
    ["an MBR", inGpt(squashfs, ["83, bootable"], { label: "dos" })],
  ])("%s", async (_, make) => {
    expect(await inspect(await make(await tree(forAll)))).toEqual({ epoch: date, unchecked: [] });
    const other = await make(await tree("ID=_any\nARCHITECTURE=arm64\n"));
    await expect(inspect(other)).rejects.toMatchObject({
      code: "architecture-mismatch",
      found: "an image for arm64",
    });
    const elsewhere = await make(await tree(forAll, "opt/"));
    await expect(inspect(elsewhere)).rejects.toMatchObject({
      code: "extension-image-invalid",
      found: expect.stringMatching(/ without that file$/),
    });
  });

  test("a GPT with only /usr", async () => {
    const image = await disk(await squashfs(await tree(forAll, "")), [types["usr-x86-64"]]);
    expect(await inspect(image)).toEqual({ epoch: date, unchecked: [] });
  });

  test.runIf(process.getuid?.() === 0)("one that only root may read", async () => {
    const image = await squashfs(await tree(forAll));
    await chmod(image, 0o600);
    expect(await inspect(image)).toEqual({ epoch: date, unchecked: [] });
  });

  test.each(["ARCHITECTURE=x86-64\n", 'ARCHITECTURE="x86-64"\n', "ARCHITECTURE=_any\n", "ARCHITECTURE=\n"])(
    "with %j",
    async (line) => {
      expect(await inspect(await squashfs(await tree(forAll + line)))).toMatchObject({ unchecked: [] });
    },
  );

  test("for a scope that includes hosts", async () => {
    const image = await squashfs(await tree('ID=_any\nSYSEXT_SCOPE="initrd system"\n'));
    expect(await inspect(image)).toMatchObject({ unchecked: [] });
  });
});

describe("what cannot be checked is reported:", () => {
  test("the operating system, for an image that is only for some", async () => {
    const image = await squashfs(await tree("ID=flatcar\nSYSEXT_LEVEL='1.0'\nARCHITECTURE=x86-64\n"));
    expect((await inspect(image)).unchecked).toEqual([
      `whether the operating system has ID=flatcar, SYSEXT_LEVEL=1.0, which ${image} requires`,
    ]);
  });

  test("whether the contents are those that dm-verity verifies", async () => {
    const table = [types["root-x86-64"], types["root-x86-64-verity"]];
    const image = await disk(await erofs()(await tree(forAll)), table);
    expect((await inspect(image)).unchecked).toEqual([
      `whether ${image} has the contents that its dm-verity hashes are for`,
    ]);
  });

  test("whether an image suits the architecture, if its partition is for another one", async () => {
    const image = await disk(await squashfs(await tree(forAll)), [types["root-arm64"]]);
    expect((await inspect(image)).unchecked).toEqual([
      `whether ${image} suits x86-64: its partition is for arm64`,
    ]);
  });

  test("everything in a file system that has to be mounted", async () => {
    const image = await btrfs(await tree(forAll));
    expect(await inspect(image)).toEqual({
      epoch: 0,
      unchecked: [
        `the extension-release file in ${image} and its architecture: btrfs is a file system that kiln cannot read without mounting it`,
      ],
    });
  });
});

describe("an image is refused", () => {
  test.each<[string, () => Promise<string>, string]>([
    [
      "that is only for another scope",
      async () => squashfs(await tree("ID=_any\nSYSEXT_SCOPE=initrd\n")),
      'SYSEXT_SCOPE=initrd, which leaves out "system"',
    ],
    ["without an ID", async () => squashfs(await tree("ARCHITECTURE=x86-64\n")), "no ID"],
    [
      "in a file system that systemd does not mount",
      async () => ext("ext2")(await tree(forAll)),
      "ext2, which systemd-sysext does not mount",
    ],
    [
      "without a partition for /usr or the root",
      async () => disk(await squashfs(await tree(forAll)), [types["root-x86-64-verity"]]),
      "a disk without a partition for /usr or the root",
    ],
    [
      "with an MBR without a bootable partition",
      async () => disk(await squashfs(await tree(forAll)), ["83"], { label: "dos" }),
      "a disk without a partition for /usr or the root",
    ],
    ["that is a text file", async () => join(await tree(forAll), "usr/bin/hello"), "no known file system"],
  ])("%s", async (_, make, found) => {
    await expect(inspect(await make())).rejects.toMatchObject({ code: "extension-image-invalid", found });
  });
});
