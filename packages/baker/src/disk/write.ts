import { constants, createReadStream, createWriteStream } from "node:fs";
import { open, rename, rm, stat, truncate } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { systemCode } from "@sysext-kiln/error";
import { syncToDisk, type Say } from "@sysext-kiln/machine";
import { execa } from "execa";
import { pathOf } from "../tool.ts";
import { compressor, type Compression } from "./compression.ts";
import { qemuFormats, type DiskFormat, type PlainFormat } from "./format.ts";
import { formatProgress, meter } from "./progress.ts";
import { convert } from "./qemu-img.ts";
import type { ReadDisk } from "./read.ts";

/** The options for a format other than the image's own: what its vendors accept. */
const vendorOptions: Readonly<Record<PlainFormat, string[]>> = {
  raw: [],
  qcow2: [],
  vmdk: ["-o", "subformat=monolithicSparse,adapter_type=lsilogic"],
  // Azure accepts only fixed VHDs.
  vhd: ["-o", "subformat=fixed,force_size=on"],
  vhdx: ["-o", "subformat=dynamic"],
  vdi: [],
};

/**
 * A disk's size must be a multiple of these bytes: Compute Engine requires whole GiB, and Azure whole MiB.
 */
const granularities: Partial<Record<DiskFormat, number>> = { gcp: 1024 ** 3, vhd: 1024 ** 2 };

/** The file to be written. */
export interface Output {
  path: string;
  format: DiskFormat;
  compression: Compression;
  /** The date in an archive, in seconds since 1970. */
  epoch: number;
}

/** Writes a disk in a format; the file appears complete or not at all. The raw disk is removed. */
export async function writeDisk(disk: ReadDisk, output: Output, say: Say): Promise<void> {
  const folder = dirname(disk.path);
  // In the image's own format the disk keeps its size.
  if (output.format !== disk.format) await lengthen(disk.path, granularities[output.format] ?? 1);
  const finished =
    output.format === "gcp"
      ? await packArchive(disk.path, folder, output.epoch, say)
      : await pack(await inFormat(disk, output.format, folder, say), output.compression, folder, say);
  say("syncing to disk");
  // Removing a file of gigabytes also takes a while.
  await Promise.all([syncToDisk(finished), finished === disk.path ? undefined : rm(disk.path)]);
  await rename(finished, output.path);
}

/** Adds a hole at the end. The system that boots from it sees a larger disk, as in any cloud. */
async function lengthen(disk: string, granularity: number): Promise<void> {
  const { size } = await stat(disk);
  await truncate(disk, Math.ceil(size / granularity) * granularity);
}

async function inFormat(disk: ReadDisk, format: PlainFormat, folder: string, say: Say): Promise<string> {
  if (format === "raw") return disk.path;
  const path = join(folder, "converted");
  const options = format === disk.format ? disk.options : vendorOptions[format];
  const { size } = await stat(disk.path);
  const from = { path: disk.path, format: "raw" };
  // It is not read again here. Through the page cache it took up to twice as long (measured), and displaced
  // other files.
  const direct = await supportsDirectWrites(folder);
  await convert({ from, to: { path, format: qemuFormats[format], options, direct }, size }, (line) =>
    say(`writing, ${line}`),
  );
  return path;
}

/** Whether the file system of a folder supports writes that bypass the page cache (open(2), "O_DIRECT"). */
async function supportsDirectWrites(folder: string): Promise<boolean> {
  const probe = join(folder, "direct");
  try {
    const file = await open(probe, constants.O_CREAT | constants.O_WRONLY | constants.O_DIRECT);
    await file.close();
    return true;
  } catch (error) {
    if (systemCode(error) === "EINVAL") return false;
    throw error;
  } finally {
    await rm(probe, { force: true });
  }
}

async function pack(path: string, compression: Compression, folder: string, say: Say): Promise<string> {
  if (compression === "none") return path;
  const { size } = await stat(path);
  const packed = join(folder, "packed");
  await pipeline([
    createReadStream(path, { highWaterMark: 1024 * 1024 }),
    meter((read) => say(`compressing, ${formatProgress(read, size)}`)),
    ...(await compressor(compression)),
    createWriteStream(packed),
  ]);
  return packed;
}

/** Packs a disk for Compute Engine: named `disk.raw`, in a sparse tar archive of GNU's old format. */
async function packArchive(disk: string, folder: string, epoch: number, say: Say): Promise<string> {
  const packed = join(folder, "packed");
  const args = [
    ...["--create", "--format=oldgnu", "--sparse", "--hole-detection=seek", "--file=-"],
    ...["--owner=0", "--group=0", "--numeric-owner", "--mode=0644", `--mtime=@${epoch}`],
    `--directory=${folder}`,
    basename(disk),
  ];
  const tar = execa(await pathOf("tar"), args, { stdin: "ignore", buffer: { stdout: false } });
  await pipeline([
    tar.readable(),
    meter((read) => say(`compressing, ${(read / 1e9).toFixed(1)} GB`)),
    ...(await compressor("gz")),
    createWriteStream(packed),
  ]);
  return packed;
}
