import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { KilnError } from "@sysext-kiln/error";
import { run } from "@sysext-kiln/machine";
import { ensureTestPrograms, zipOf } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestDisks, type TestDisks } from "./disk.ts";

let disks: TestDisks;
beforeAll(async () => {
  disks = await openTestDisks();
  await ensureTestPrograms("mke2fs", "mksquashfs", "sfdisk");
});
afterAll(() => disks[Symbol.asyncDispose]());

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(disks.folder, name);
  await writeFile(path, content);
  return path;
}

/** A file that a program makes, which gets its path as the last argument. */
async function madeBy(name: string, program: string, ...args: string[]): Promise<string> {
  const path = join(disks.folder, name);
  await run(program, [...args, path]);
  return path;
}

function converted(name: string, ...args: string[]): Promise<string> {
  return madeBy(name, "qemu-img", "convert", "-f", "raw", ...args, disks.original);
}

async function ova(): Promise<string> {
  const description = await file("vm.ovf", "<Envelope/>");
  const path = join(disks.folder, "vm.ova");
  await run("tar", ["--create", "--format=ustar", "-C", disks.folder, `--file=${path}`, "vm.ovf"]);
  await run("rm", [description]);
  return path;
}

/** The header of an ISO 9660 image, whose identifier is in its sixteenth sector of 2048 bytes. */
function iso(): Promise<string> {
  const bytes = Buffer.alloc(40_960);
  bytes.write("\x01CD001\x01", 16 * 2048, "latin1");
  return file("flatcar.iso", bytes);
}

/** The last entry of an archive in cpio's format `newc`, which an initramfs has. */
function initramfs(): Promise<string> {
  return file("pxe.cpio.gz", gzipSync(`070701${"0".repeat(104)}TRAILER!!!\0`));
}

async function mbr(): Promise<string> {
  const path = await file("mbr.img", Buffer.alloc(1024 * 1024));
  await run("sfdisk", ["--quiet", path], { input: "label: dos\n,,L\n" });
  return path;
}

async function fileSystem(): Promise<string> {
  const path = await file("ext4.img", Buffer.alloc(8 * 1024 * 1024));
  await run("mke2fs", ["-q", "-t", "ext4", path]);
  return path;
}

async function extension(): Promise<string> {
  const path = join(disks.folder, "hello.raw");
  await run("mksquashfs", [join(disks.folder, "tree"), path, "-quiet", "-no-progress"]);
  return path;
}

async function refusal(path: string): Promise<KilnError> {
  const error: unknown = await disks.bake(path, "refused.raw").catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "disk-image-invalid" });
  if (error instanceof KilnError) return error;
  throw new Error("it was not refused");
}

/** Runs the command that an error names, in a new folder. @returns the folder */
async function runNext({ next }: KilnError, program: string, name: string): Promise<string> {
  const folder = join(disks.folder, name);
  await mkdir(folder);
  const [command = ""] = new RegExp(`${program} [^;]*`).exec(next) ?? [];
  await run("sh", ["-c", command], { cwd: folder });
  return folder;
}

describe("a file that is not baked is named:", () => {
  test.each<[string, () => Promise<string>, string]>([
    [
      "an HTML page",
      () => file("page.img", "\n<!DOCTYPE html><html>"),
      "an HTML page, as servers send it in place of a missing file",
    ],
    ["a signature", () => file("disk.img.asc", "-----BEGIN PGP SIGNATURE-----\n"), "a signature"],
    ["an ISO", iso, "an ISO image"],
    ["an initramfs", initramfs, "an initramfs, as PXE boots it"],
    ["a file system", fileSystem, "an ext file system without a partition table"],
    ["a disk with an MBR", mbr, "a disk with an MBR instead of a GPT"],
    [
      "a zip archive",
      () => file("disk.zip", zipOf([{ name: "disk.img", content: "disk", mode: 0o100644 }])),
      "a zip archive",
    ],
    ["an extension", extension, "a squashfs image, as extensions are"],
  ])("%s", async (_, make, found) => {
    expect(await refusal(await make())).toMatchObject({ found });
  });

  test.each([
    ["qcow", ["-O", "qcow"], "a qcow, the format before qcow2"],
    ["qed", ["-O", "qed"], "a QED"],
    ["vmdk", ["-O", "vmdk", "-o", "subformat=monolithicFlat"], "a VMDK of several files"],
    ["parallels", ["-O", "parallels"], "an image of Parallels"],
  ])("a disk in QEMU's format %s, with a command that converts it", async (name, args, found) => {
    const error = await refusal(await converted(`its disk.${name}`, ...args));
    expect(error).toMatchObject({ found });
    const folder = await runNext(error, "qemu-img", `from-${name}`);
    await disks.bake(join(folder, "disk.qcow2"), `from-${name}.raw`);
  });

  test("an .ova, with a command that unpacks it", async () => {
    const error = await refusal(await ova());
    expect(error.found).toMatch(/^an \.ova/);
    expect(await readdir(await runNext(error, "tar", "unpacked"))).toEqual(["vm.ovf"]);
  });

  test("a compressed disk, with a command for the decompressed one", async () => {
    const qed = await converted("packed.qed", "-O", "qed");
    await run("xz", ["--keep", qed]);
    expect((await refusal(`${qed}.xz`)).next).toBe(
      "decompress it to packed.qed first; then convert it: qemu-img convert -f qed -O qcow2 packed.qed disk.qcow2",
    );
  });
});
