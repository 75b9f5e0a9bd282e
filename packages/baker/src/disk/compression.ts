import { createReadStream } from "node:fs";
import { Writable, type Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { execa } from "execa";
import { pathOf } from "../tool.ts";

export type Compression = "bz2" | "gz" | "xz" | "zstd" | "none";

/** The compression of a file, by its first bytes. */
export async function compressionOf(path: string): Promise<Compression> {
  const head = (await firstBytes(path, "none", 6)).toString("latin1");
  if (head.startsWith("BZh")) return "bz2";
  if (head.startsWith("\x1f\x8b")) return "gz";
  if (head.startsWith("\xfd7zXZ\0")) return "xz";
  if (head.startsWith("\x28\xb5\x2f\xfd")) return "zstd";
  return "none";
}

const endings: Readonly<Record<string, Compression>> = {
  bz2: "bz2",
  gz: "gz",
  xz: "xz",
  zst: "zstd",
  zstd: "zstd",
};

/** The compression of a file to be written, by the extension of its name. */
export function compressionOfName(name: string): Compression {
  return endings[/\.(\w+)$/.exec(name)?.[1] ?? ""] ?? "none";
}

/** A file's name without the extension of its compression. */
export function withoutCompression(name: string): string {
  return compressionOfName(name) === "none" ? name : name.replace(/\.\w+$/, "");
}

/** Chunks larger than the default are faster for gigabytes of data. */
const wide = { chunkSize: 1024 * 1024 };

type Stage = () => Promise<Duplex>;

/** Eight times what the highest level of xz needs to decompress; a file can ask for gigabytes. */
const xzMemory = "--memlimit-decompress=512MiB";

const decompressors: Readonly<Record<Compression, readonly Stage[]>> = {
  bz2: [() => through("bzip2", "--decompress")],
  gz: [() => Promise.resolve(createGunzip(wide))],
  xz: [() => through("xz", "--decompress", xzMemory)],
  // Not Node's own, which stops after the first of several frames, as parallel compressors write them.
  zstd: [() => through("zstd", "--decompress")],
  none: [],
};

const compressors: Readonly<Record<Compression, readonly Stage[]>> = {
  bz2: [() => through("bzip2", "--compress")],
  gz: [() => Promise.resolve(createGzip(wide))],
  xz: [() => through("xz", "--compress")],
  zstd: [() => through("zstd", "--compress")],
  none: [],
};

/** The stages that decompress a stream. */
export function decompressor(compression: Compression): Promise<Duplex[]> {
  return Promise.all(decompressors[compression].map((start) => start()));
}

/** The stages that compress a stream. */
export function compressor(compression: Compression): Promise<Duplex[]> {
  return Promise.all(compressors[compression].map((start) => start()));
}

async function through(program: "bzip2" | "xz" | "zstd", ...options: string[]): Promise<Duplex> {
  return execa(await pathOf(program), [...options, "--stdout"], {
    stdin: "pipe",
    buffer: { stdout: false },
  }).duplex();
}

/** The first bytes of a file's decompressed contents; fewer if the contents are shorter. */
export async function firstBytes(path: string, compression: Compression, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let read = 0;
  const enough = new Error("enough");
  const collect = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      read += chunk.length;
      done(read < length ? null : enough);
    },
  });
  await pipeline([createReadStream(path), ...(await decompressor(compression)), collect]).catch(
    (error: unknown) => {
      if (error !== enough) throw error;
    },
  );
  return Buffer.concat(chunks).subarray(0, length);
}
