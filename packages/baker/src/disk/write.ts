import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm, stat, truncate } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { syncToDisk, type Say } from "@sysext-kiln/machine";
import { execa } from "execa";
import { formatProgress } from "../progress.ts";
import { pathOf } from "../tool.ts";
import { compressor, type Compression } from "./compression.ts";
import { qemuFormats, type DiskFormat, type PlainFormat } from "./format.ts";
import { meter, type ReadDisk } from "./read.ts";
import { takesDirectWrites } from "./direct-writes.ts";
import { convert } from "./qemu-img.ts";

/** How formats are written that an image did not come in: what their vendors take. */
const usualOptions: Readonly<Record<PlainFormat, string[]>> = {
  raw: [],
  qcow2: [],
  vmdk: ["-o", "subformat=monolithicSparse,adapter_type=lsilogic"],
  // Azure takes nothing but fixed ones.
  vhd: ["-o", "subformat=fixed,force_size=on"],
};

/** Sizes in bytes of which a disk has to be a multiple: Compute Engine takes whole GiB, and Azure whole MiB. */
const granularities: Partial<Record<DiskFormat, number>> = { gcp: 1024 ** 3, vhd: 1024 ** 2 };

/** What is to be written. */
export interface Output {
  path: string;
  format: DiskFormat;
  compression: Compression;
  /** The date in an archive, in seconds since 1970. */
  epoch: number;
}

/** Writes a disk in its form; it appears complete or not at all. The raw disk is gone afterwards. */
export async function writeDisk(disk: ReadDisk, output: Output, say: Say): Promise<void> {
  const folder = dirname(disk.path);
  // A disk stays as long as it was in the form that it came in.
  if (output.format !== disk.format) await lengthen(disk.path, granularities[output.format] ?? 1);
  const finished =
    output.format === "gcp"
      ? await packArchive(disk.path, folder, output.epoch, say)
      : await pack(await inFormat(disk, output.format, folder, say), output.compression, folder, say);
  say("syncing to disk");
  // To forget a copy of gigabytes takes a while as well.
  await Promise.all([syncToDisk(finished), finished === disk.path ? undefined : rm(disk.path)]);
  await rename(finished, output.path);
}

/** Adds a hole at the end. To what boots from it, this is a larger disk than the image was made for, as in any cloud. */
async function lengthen(disk: string, granularity: number): Promise<void> {
  const { size } = await stat(disk);
  await truncate(disk, Math.ceil(size / granularity) * granularity);
}

async function inFormat(disk: ReadDisk, format: PlainFormat, folder: string, say: Say): Promise<string> {
  if (format === "raw") return disk.path;
  const path = join(folder, "converted");
  const options = format === disk.format ? disk.options : usualOptions[format];
  const { size } = await stat(disk.path);
  const from = { path: disk.path, format: "raw" };
  // Nothing reads it again here. Through the page cache it took up to twice as long (measured), and pushed out the rest.
  const direct = await takesDirectWrites(folder);
  await convert({ from, to: { path, format: qemuFormats[format], options, direct }, size }, (line) =>
    say(`writing, ${line}`),
  );
  return path;
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

/** Compute Engine takes a raw disk of this very name, in a tar archive of GNU's older format with its holes left out. */
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
