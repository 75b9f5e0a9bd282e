import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { chmod, lstat, mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { diskFullError, isDiskFull, isKilnError, KilnError } from "@sysext-kiln/error";
import { formatBytes, tryRun } from "@sysext-kiln/machine";

const mebibyte = 1024 * 1024;

/** The most that an archive may contain, in bytes: real ones are compressed to a tenth at best. */
function limitOf(archiveSize: number): number {
  return Math.min(4096 * mebibyte, Math.max(64 * mebibyte, 100 * archiveSize));
}

/**
 * Unpacks a Debian package or a tar archive, compressed by gzip or not, into a new folder.
 * @param name how messages name it; a Debian package's ends in `.deb`
 * @throws KilnError `archive-invalid` if it is damaged, a member's name leads out of the folder, it contains
 *   anything but directories, files and links, or it unpacks to more than the limit; the folder then contains
 *   what was unpacked so far
 */
export async function extract(archive: string, name: string, folder: string): Promise<void> {
  await mkdir(folder);
  const limit = limitOf((await stat(archive)).size);
  const plain = `${folder}.tar`;
  try {
    if (name.endsWith(".deb")) await readPackage(archive, name, plain, limit);
    else if (await isGzip(archive)) await decompress(archive, name, plain, limit);
    await unpack(existsSync(plain) ? plain : archive, name, folder);
  } finally {
    await rm(plain, { force: true });
  }
}

/** Writes what a gzip file contains. */
async function decompress(archive: string, name: string, plain: string, limit: number): Promise<void> {
  const streams = [createReadStream(archive), createGunzip(), limited(name, limit)] as const;
  await pipeline(...streams, createWriteStream(plain)).catch((cause: unknown) => {
    throw isKilnError(cause) || isDiskFull(cause) ? cause : invalid(name, String(cause), cause);
  });
}

/** Writes the tar archive of a Debian package's files. */
async function readPackage(archive: string, name: string, plain: string, limit: number): Promise<void> {
  const output = limited(name, limit);
  const stop = new AbortController();
  const options = { env: { LC_ALL: "C" }, output, signal: stop.signal };
  const reading = tryRun("dpkg-deb", ["--fsys-tarfile", archive], options).finally(() => output.end());
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
function limited(name: string, limit: number): Transform {
  let received = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      if (received > limit) done(tooLarge(name, limit));
      else done(null, chunk);
    },
  });
}

async function isGzip(archive: string): Promise<boolean> {
  await using file = await open(archive);
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
  return buffer.readUInt16BE() === 0x1f8b;
}

/** Unpacks a plain tar archive, and checks what it contained. */
async function unpack(archive: string, name: string, folder: string): Promise<void> {
  const args = ["--extract", "--no-same-owner", "--file=-", "--directory", folder];
  // From a pipe: tar would decompress a file in any format that it knows, without a limit.
  const result = await tryRun("tar", args, { env: { LC_ALL: "C" }, input: createReadStream(archive) });
  const { size, unusual } = await inspect(Buffer.from(folder));
  // tar skips `..` with an error; it removes a leading slash, with a warning.
  const outside = /contains '\.\.'|Removing leading/.test(result.stderr);
  if (result.status !== 0 || outside) {
    throw isDiskFull(result.stderr)
      ? diskFullError(`the contents of ${name}`)
      : invalid(name, result.summary);
  }
  // A hole in a file takes no space, neither in the archive nor on the disk, until something reads the file.
  const limit = limitOf((await stat(archive)).size);
  if (size > limit) throw tooLarge(name, limit);
  if (unusual !== undefined) throw invalid(name, unusual);
}

/**
 * Inspects what was unpacked, and makes it readable and removable for this user.
 * @param folder bytes, because a name need not be text
 * @returns the size of all files, in bytes, and the path of anything but a directory, file or link with a
 * name in UTF-8
 */
async function inspect(folder: Buffer): Promise<{ size: number; unusual: string | undefined }> {
  let size = 0;
  let unusual: string | undefined;
  for (const bytes of await readdir(folder, { encoding: "buffer" })) {
    const name = bytes.toString();
    if (!Buffer.from(name).equals(bytes)) unusual ??= `${name}, a name that is not valid UTF-8`;
    const path = Buffer.concat([folder, Buffer.from("/"), bytes]);
    const stats = await lstat(path);
    const mode = stats.mode & 0o7777;
    if (stats.isDirectory()) {
      await chmod(path, mode | 0o700);
      const inside = await inspect(path);
      size += inside.size;
      unusual ??= inside.unusual;
    } else if (stats.isFile()) {
      if ((mode & 0o400) === 0) await chmod(path, mode | 0o400);
      size += stats.size;
    } else if (!stats.isSymbolicLink()) {
      unusual ??= `${name}, which is a FIFO, a socket or a device`;
    }
  }
  return { size, unusual };
}

function tooLarge(name: string, limit: number): KilnError {
  return invalid(name, `more than ${formatBytes(limit)}, far more than its own size suggests`);
}

function invalid(name: string, found: string, cause?: unknown): KilnError {
  return new KilnError("archive-invalid", {
    expected: `${name} to be an undamaged archive of files that all stay inside it`,
    found,
    next: "do not use this file; report it to whoever published it",
    cause,
  });
}
