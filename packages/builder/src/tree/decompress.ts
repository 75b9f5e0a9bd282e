import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { isDiskFull, isKilnError, KilnError } from "@sysext-kiln/error";
import { ensurePrograms, formatBytes, tryRun, type Program } from "@sysext-kiln/machine";

/** How a file is packed. `plain` is a tar archive, or no archive at all; a program certainly is none. */
export type Packing = "gzip" | "xz" | "bzip2" | "zstd" | "zip" | "program" | "plain";

/** How formats begin, as bytes in hex. */
const beginnings: readonly (readonly [string, Packing])[] = [
  ["1f8b", "gzip"],
  ["fd377a585a00", "xz"],
  ["425a68", "bzip2"],
  ["28b52ffd", "zstd"],
  ["504b0304", "zip"],
  // An empty archive.
  ["504b0506", "zip"],
  // ELF, and a script.
  ["7f454c46", "program"],
  ["2321", "program"],
];

/** How a file is packed, by its first bytes: its name may say something else. */
export async function packingOf(archive: string): Promise<Packing> {
  await using file = await open(archive);
  const { buffer } = await file.read(Buffer.alloc(6), 0, 6, 0);
  const head = buffer.toString("hex");
  return beginnings.find(([start]) => head.startsWith(start))?.[1] ?? "plain";
}

/** The programs that decompress what Node does not, or does only in part: several frames of zstd. */
const programs = {
  xz: ["xz", "--memlimit-decompress=1GiB"],
  bzip2: ["bzip2"],
  zstd: ["zstd", "--memory=1024MB"],
} as const satisfies Partial<Record<Packing, readonly [Program, ...string[]]>>;

/**
 * Writes what a compressed file contains.
 * @param limit the most bytes that are written
 * @throws KilnError `archive-invalid` if it is damaged or contains more
 */
export async function decompress(
  archive: string,
  packing: "gzip" | keyof typeof programs,
  name: string,
  plain: string,
  limit: number,
): Promise<void> {
  if (packing !== "gzip") {
    const [program, ...options] = programs[packing];
    const { [program]: path } = await ensurePrograms([program], () => undefined);
    return writeOutput(path, [...options, "--decompress", "--stdout", "--", archive], name, plain, limit);
  }
  const streams = [createReadStream(archive), createGunzip(), limited(name, limit)] as const;
  await pipeline(...streams, createWriteStream(plain)).catch((cause: unknown) => {
    throw isKilnError(cause) || isDiskFull(cause) ? cause : invalid(name, String(cause), cause);
  });
}

/** Writes the tar archive of a Debian package's files. */
export function readPackage(archive: string, name: string, plain: string, limit: number): Promise<void> {
  return writeOutput("dpkg-deb", ["--fsys-tarfile", archive], name, plain, limit);
}

/** Writes the output of a program into a file, and ends the program at the limit. */
async function writeOutput(
  program: string,
  args: readonly string[],
  name: string,
  plain: string,
  limit: number,
): Promise<void> {
  const output = limited(name, limit);
  const stop = new AbortController();
  const options = { env: { LC_ALL: "C" }, output, signal: stop.signal };
  const reading = tryRun(program, args, options).finally(() => output.end());
  const [read, written] = await Promise.allSettled([
    reading,
    pipeline(output, createWriteStream(plain)).catch((error: unknown) => {
      stop.abort(error);
      throw error;
    }),
  ]);
  if (written.status === "rejected") throw written.reason;
  if (read.status === "rejected") throw read.reason;
  if (read.value.status !== 0) throw invalid(name, read.value.summary);
}

/** Passes on at most `limit` bytes. */
export function limited(name: string, limit: number): Transform {
  let received = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      if (received > limit) done(tooLarge(name, limit));
      else done(null, chunk);
    },
  });
}

export function tooLarge(name: string, limit: number): KilnError {
  return invalid(name, `more than ${formatBytes(limit)}, far more than its own size suggests`);
}

/** The most members of an archive; the largest known ones have a tenth of that. */
const mostMembers = 200_000;

/** @throws KilnError `archive-invalid` for a number of members that would use up the file system */
export function limitMembers(name: string, count: number): void {
  if (count > mostMembers) throw invalid(name, `more than ${mostMembers} members`);
}

export function invalid(name: string, found: string, cause?: unknown): KilnError {
  return new KilnError("archive-invalid", {
    expected: `${name} to be an undamaged archive of files that all stay inside it`,
    found,
    next: "do not use this file; report it to whoever published it",
    cause,
  });
}
