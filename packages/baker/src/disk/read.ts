import { createReadStream } from "node:fs";
import { chmod, lstat, mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isDiskFull, isKilnError, KilnError } from "@sysext-kiln/error";
import { formatBytes, type Say } from "@sysext-kiln/machine";
import { execa } from "execa";
import { pathOf } from "../tool.ts";
import { compressionOf, decompressor, firstBytes, type Compression } from "./compression.ts";
import { feed, type Stages } from "./feed.ts";
import { archiveKind, formatOf } from "./detect-format.ts";
import { qemuFormats, type DiskFormat } from "./format.ts";
import { isOva } from "./not-a-disk.ts";
import { inspectDisk } from "./inspect.ts";
import { formatProgress, meter } from "./progress.ts";
import { convert } from "./qemu-img.ts";
import { writeSparseFile } from "./sparse-file.ts";

/** The raw copy of a disk image. */
export interface ReadDisk {
  /** The raw disk. */
  path: string;
  /** The format of the image. */
  format: DiskFormat;
  /** The options with which qemu-img writes that format again. */
  options: readonly string[];
}

export interface ReadOptions {
  say: Say;
  /** The size of the largest disk that is unpacked: a small file can contain one that never ends. */
  maxBytes?: number | undefined;
}

const largestDisk = 256 * 1024 ** 3;
/** What an archive has besides the disk, at most. */
const archiveOverhead = 1024 * 1024;

/**
 * Makes a raw, sparse copy of a disk image of any format in a folder.
 * @throws KilnError `disk-image-invalid` for a file that is damaged, truncated, or not a disk image
 */
export async function readDisk(
  input: string,
  folder: string,
  { say, maxBytes = largestDisk }: ReadOptions,
): Promise<ReadDisk> {
  const { file, isArchive } = await unpacked(input, folder, say, maxBytes);
  const format = await formatOf(file, input);
  const path = join(folder, "disk.raw");
  say(`checking the ${format}`);
  const { size, options } = await inspectDisk(file, format);
  if (size > maxBytes) throw tooLarge(input, maxBytes);
  if (format === "raw" && file !== input) {
    await rename(file, path);
  } else {
    const from = { path: file, format: qemuFormats[format] };
    await convert({ from, to: { path, format: "raw", options: [], direct: false }, size }, (line) =>
      say(`reading, ${line}`),
    );
    if (file !== input) await rm(file);
  }
  // In the sandbox, another user reads it.
  await chmod(path, 0o644);
  return { path, format: isArchive ? "gcp" : format, options };
}

/** Unpacks an image from its compression and its archive. Without either, it is the input itself. */
async function unpacked(
  input: string,
  folder: string,
  say: Say,
  maxBytes: number,
): Promise<{ file: string; isArchive: boolean }> {
  const compression = await compressionOf(input);
  try {
    const archive = archiveKind(await firstBytes(input, compression, 512));
    if (archive === "ova") throw isOva(input);
    if (compression === "none" && archive === undefined) return { file: input, isArchive: false };
    const { size } = await stat(input);
    const stages = [
      createReadStream(input, { highWaterMark: 1024 * 1024 }),
      meter((read) => say(`unpacking, ${formatProgress(read, size)}`)),
      ...(await decompressor(compression)),
      limit(maxBytes + archiveOverhead, () => tooLarge(input, maxBytes)),
    ];
    const unpack = { sparse: extractSparse, plain: extractPlain, none: flow }[archive ?? "none"];
    return { file: await unpack(stages, folder), isArchive: archive !== undefined };
  } catch (error) {
    throw damaged(input, compression, error);
  }
}

async function flow(stages: Stages, folder: string): Promise<string> {
  const file = join(folder, "unpacked");
  const content = new PassThrough();
  await Promise.all([pipeline([...stages, content]), writeSparseFile(file, content)]);
  return file;
}

/** The disk in gcp's archive, in any folder. */
const member = ["--no-anchored", "disk.raw"];

/** Extracts the disk from an archive without holes. */
async function extractPlain(stages: Stages, folder: string): Promise<string> {
  const file = join(folder, "unpacked");
  const args = ["--extract", "--to-stdout", "--file=-", ...member];
  const tar = execa(await pathOf("tar"), args, { stdin: "pipe", buffer: { stdout: false } });
  await Promise.all([feed(stages, tar), writeSparseFile(file, tar.stdout)]);
  return file;
}

/** Extracts the disk from an archive with holes: tar keeps them only if it writes to a file. */
async function extractSparse(stages: Stages, folder: string): Promise<string> {
  const target = join(folder, "archive");
  await mkdir(target);
  const args = ["--extract", "--file=-", `--directory=${target}`, "--transform=s,.*/,,", ...member];
  await feed(stages, execa(await pathOf("tar"), args, { stdin: "pipe" }));
  const disk = join(target, "disk.raw");
  // An archive may have a link to a file of this machine there, or a FIFO.
  if (!(await lstat(disk)).isFile()) throw new Error("an archive in which disk.raw is not a regular file");
  return disk;
}

/** Passes bytes on, and fails once there are more than a number of them. */
function limit(maxBytes: number, error: () => Error): Transform {
  let passed = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length;
      if (passed > maxBytes) done(error());
      else done(null, chunk);
    },
  });
}

function tooLarge(input: string, maxBytes: number): KilnError {
  return new KilnError("disk-image-invalid", {
    expected: `${input} to contain a disk of at most ${formatBytes(maxBytes)}`,
    found: "a larger one",
    next: "take an image with a smaller disk; a disk can be enlarged when it is deployed",
  });
}

function damaged(input: string, compression: Compression, cause: unknown): unknown {
  if (isKilnError(cause) || isDiskFull(cause)) return cause;
  return new KilnError("disk-image-invalid", {
    expected: `${input} to be complete${compression === "none" ? "" : ` and valid ${compression} data`}`,
    found: firstMessage(cause),
    next: "download it again, and verify its signature",
    cause,
  });
}

function firstMessage(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const stderr = "stderr" in cause && typeof cause.stderr === "string" ? cause.stderr : "";
  return stderr.split("\n").find((line) => line.trim() !== "") ?? cause.message;
}
