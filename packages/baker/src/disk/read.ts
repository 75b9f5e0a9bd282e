import { createReadStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isDiskFull, isKilnError, KilnError } from "@sysext-kiln/error";
import type { Say } from "@sysext-kiln/machine";
import { execa } from "execa";
import { formatProgress } from "../progress.ts";
import { pathOf } from "../tool.ts";
import { compressionOf, decompressor, firstBytes, type Compression } from "./compression.ts";
import { feed, type Stages } from "./feed.ts";
import { archiveKind, formatOf, qemuFormats, type DiskFormat } from "./format.ts";
import { inspectDisk } from "./inspect.ts";
import { convert } from "./qemu-img.ts";
import { writeSparseFile } from "./sparse-file.ts";

/** A disk as it came, unpacked. */
export interface ReadDisk {
  /** The raw disk, a file of our own. */
  path: string;
  /** The form that it came in. */
  format: DiskFormat;
  /** What qemu-img needs to write that form again. */
  options: string[];
}

/**
 * Makes a raw, sparse copy of a disk image of any form in a folder.
 * @throws KilnError `disk-image-invalid` for what is damaged, cut off, or no disk image
 */
export async function readDisk(input: string, folder: string, say: Say): Promise<ReadDisk> {
  const { file, isArchive } = await unpacked(input, folder, say);
  const format = await formatOf(file, input);
  const path = join(folder, "disk.raw");
  const { size, options } = await inspectDisk(file, format);
  if (format === "raw" && file !== input) {
    await rename(file, path);
  } else {
    const from = { path: file, format: qemuFormats[format] };
    await convert({ from, to: { path, format: "raw", options: [], direct: false }, size }, (line) =>
      say(`reading, ${line}`),
    );
    if (file !== input) await rm(file);
  }
  return { path, format: isArchive ? "gcp" : format, options };
}

/** What an image holds below its compression and archive: the image itself, where it has neither. */
async function unpacked(
  input: string,
  folder: string,
  say: Say,
): Promise<{ file: string; isArchive: boolean }> {
  const compression = await compressionOf(input);
  try {
    const archive = archiveKind(await firstBytes(input, compression, 512));
    if (compression === "none" && archive === undefined) return { file: input, isArchive: false };
    const { size } = await stat(input);
    const stages = [
      createReadStream(input, { highWaterMark: 1024 * 1024 }),
      meter((read) => say(`unpacking, ${formatProgress(read, size)}`)),
      ...(await decompressor(compression)),
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

/** gcp's disk in its archive, by whatever path. */
const member = ["--no-anchored", "disk.raw"];

/** Takes the disk out of an archive that has all of its bytes. */
async function extractPlain(stages: Stages, folder: string): Promise<string> {
  const file = join(folder, "unpacked");
  const args = ["--extract", "--to-stdout", "--file=-", ...member];
  const tar = execa(await pathOf("tar"), args, { stdin: "pipe", buffer: { stdout: false } });
  await Promise.all([feed(stages, tar), writeSparseFile(file, tar.stdout)]);
  return file;
}

/** Takes it out of one without its holes: only as a file does tar not write them out one by one. */
async function extractSparse(stages: Stages, folder: string): Promise<string> {
  const target = join(folder, "archive");
  await mkdir(target);
  const args = ["--extract", "--file=-", `--directory=${target}`, "--transform=s,.*/,,", ...member];
  await feed(stages, execa(await pathOf("tar"), args, { stdin: "pipe" }));
  return join(target, "disk.raw");
}

/** Tells how many bytes have gone through. */
export function meter(onBytes: (bytes: number) => void): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      onBytes(bytes);
      done(null, chunk);
    },
  });
}

function damaged(input: string, compression: Compression, cause: unknown): unknown {
  if (isKilnError(cause) || isDiskFull(cause)) return cause;
  return new KilnError("disk-image-invalid", {
    expected: `${input} to be whole${compression === "none" ? "" : `, and ${compression} all through`}`,
    found: lastWords(cause),
    next: "download it again, and compare it with its signature",
    cause,
  });
}

function lastWords(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const said = "stderr" in cause && typeof cause.stderr === "string" ? cause.stderr : "";
  return said.split("\n").find((line) => line.trim() !== "") ?? cause.message;
}
