import { mkdir, open, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { smallLayout } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDisk } from "../src/index.ts";
import { inRoot, openTestDisks, rootOffset, type TestDisks } from "./disk.ts";

let disks: TestDisks;
beforeAll(async () => {
  disks = await openTestDisks();
});
afterAll(() => disks[Symbol.asyncDispose]());

const layout = smallLayout(24);
const without = (name: string) => layout.filter((partition) => partition.name !== name);

/** A file with the first part of another file's bytes. */
async function cut(from: string, name: string, share: number): Promise<string> {
  const bytes = await readFile(from);
  const path = join(disks.folder, name);
  await writeFile(path, bytes.subarray(0, Math.floor(bytes.length * share)));
  return path;
}

async function converted(name: string, ...args: string[]): Promise<string> {
  const path = join(disks.folder, name);
  await run("qemu-img", ["convert", "-f", "raw", ...args, disks.original, path]);
  return path;
}

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(disks.folder, name);
  await writeFile(path, content);
  return path;
}

/** A disk whose superblock is marked like that of a mounted file system. */
async function mounted(): Promise<string> {
  const path = await disks.make("mounted.raw");
  await inRoot(path, "feature needs_recovery", { write: true });
  return path;
}

async function backed(): Promise<string> {
  const path = join(disks.folder, "backed.qcow2");
  await run("qemu-img", ["create", "-q", "-f", "qcow2", "-F", "raw", "-b", "/etc/passwd", path]);
  return path;
}

async function otherArchive(): Promise<string> {
  const path = join(disks.folder, "other.tar");
  await run("tar", [
    "--create",
    "-C",
    disks.folder,
    `--file=${path}`,
    "disk.raw",
    "--transform=s/disk/other/",
  ]);
  return path;
}

/** gcp's archive, in which a second disk, made by a command, replaces the first one, which is sparse. */
async function disguised(name: string, [program = "", ...args]: readonly string[]): Promise<string> {
  const tree = join(disks.folder, `${name}.tree`);
  for (const folder of ["a", "b"]) await mkdir(join(tree, folder), { recursive: true });
  await truncateNew(join(tree, "a/disk.raw"), 1024 * 1024);
  await run(program, [...args, join(tree, "b/disk.raw")]);
  const path = join(disks.folder, name);
  await run("tar", [
    "--create",
    "--gzip",
    "--sparse",
    `--file=${path}`,
    "-C",
    tree,
    "a/disk.raw",
    "b/disk.raw",
  ]);
  return path;
}

async function truncateNew(path: string, size: number): Promise<void> {
  await writeFile(path, "");
  await truncate(path, size);
}

describe.concurrent("an image is refused", () => {
  test.each<[string, () => Promise<string>, RegExp]>([
    [
      "that is a text file",
      () => file("text.img", "hello\n".repeat(1000)),
      /to be a disk image.*found a file that begins with the bytes 68656c6c6f0a6865/,
    ],
    ["that is empty", () => file("empty.img", ""), /to be a disk image.*found an empty file/],
    ["that is a folder", () => Promise.resolve(disks.folder), /to be a file; found a folder/],
    ["that is an archive without a disk", otherArchive, /found .*disk.raw: Not found in archive/],
    [
      "that is truncated, raw",
      () => cut(disks.original, "cut.raw", 0.6),
      /a disk of \d+ bytes, the size in its partition table; found \d+/,
    ],
    [
      "that is truncated, qcow2",
      async () => cut(await converted("whole.qcow2", "-O", "qcow2"), "cut.qcow2", 0.6),
      /an undamaged qcow2/,
    ],
    [
      "that is truncated, vmdk",
      async () => cut(await converted("whole.vmdk", "-O", "vmdk"), "cut.vmdk", 0.6),
      /an undamaged vmdk/,
    ],
    [
      "that is truncated, dynamic vhd",
      async () => cut(await converted("whole.vhd", "-O", "vpc"), "cut.vhd", 0.6),
      /an undamaged vhd/,
    ],
    [
      "that is truncated, vhdx",
      async () => cut(await converted("whole.vhdx", "-O", "vhdx"), "cut.vhdx", 0.6),
      /an undamaged vhdx/,
    ],
    [
      "that is truncated, vdi",
      async () => cut(await converted("whole.vdi", "-O", "vdi"), "cut.vdi", 0.6),
      /a vdi of \d+ bytes, as its header says/,
    ],
    [
      "that is an archive in which the disk is a FIFO",
      () => disguised("fifo.tar.gz", ["mkfifo"]),
      /to be complete.*found an archive in which disk.raw is not a regular file/,
    ],
    [
      "that is an archive in which the disk is a link",
      () => disguised("link.tar.gz", ["ln", "-s", disks.original]),
      /to be complete.*found an archive in which disk.raw is not a regular file/,
    ],
    [
      "whose disk is larger than the limit",
      async () => {
        const path = join(disks.folder, "huge.qcow2");
        await run("qemu-img", ["create", "-f", "qcow2", path, "300G"]);
        return path;
      },
      /a disk of at most [\d.]+ GB; found a larger one/,
    ],
    ["that refers to another file", backed, /a self-contained image; found one that refers to \/etc\/passwd/],
    [
      "that has no partition ROOT",
      () => disks.make("rootless.raw", { layout: without("ROOT") }),
      /one partition with the label ROOT.*found partitions EFI-SYSTEM, BIOS-BOOT/,
    ],
    [
      "whose ROOT is another file system",
      () => disks.make("ext2.raw", { rootType: "ext2" }),
      /to contain ext4; found ext2/,
    ],
    [
      "whose ROOT has no file system",
      async () => {
        const path = await disks.make("blank.raw");
        await using disk = await open(path, "r+");
        await disk.write(Buffer.alloc(4096), 0, 4096, rootOffset);
        return path;
      },
      /to contain ext4; found no known file system/,
    ],
    ["whose ROOT was not unmounted", mounted, /to be clean/],
    [
      "whose boot loader is unknown",
      () => disks.make("loaderless.raw", { bootLoader: "other.efi" }),
      /a boot loader from which its architecture can be detected/,
    ],
    [
      "that has no boot loader",
      () => disks.make("esp-less.raw", { layout: without("EFI-SYSTEM") }),
      /a boot loader from which its architecture can be detected/,
    ],
  ])("%s", async (name, make, message) => {
    const output = name.replaceAll(/[ ,.]/g, "-");
    const baking = disks.bake(await make(), output);
    await expect(baking).rejects.toMatchObject({
      code: "disk-image-invalid",
      message: expect.stringMatching(message),
    });
    expect(await readdir(disks.folder)).not.toContain(output);
  });

  test("that has too little space for the contents", async () => {
    const content = Buffer.alloc(24 * 1024 * 1024, "full");
    const contents = { files: [{ path: "/opt/large.raw", mode: 0o644, content }], links: [] };
    const baking = disks.bake(disks.original, "full.raw", { contents });
    await expect(baking).rejects.toMatchObject({
      code: "disk-image-full",
      found: expect.stringMatching(/^[\d.]+ MB and/),
    });
  });

  test("that is not for the given architecture", async () => {
    const work = join(disks.folder, "other-architecture");
    await mkdir(work);
    await expect(
      openDisk(disks.original, work, { assumed: "arm64", say: () => undefined }),
    ).rejects.toMatchObject({
      code: "architecture-mismatch",
      message: expect.stringMatching(/for arm64; found its boot loader is for x86-64/),
    });
  });
});
