import { createReadStream, existsSync } from "node:fs";
import { chmod, lstat, mkdir, readdir, rm, stat } from "node:fs/promises";
import { diskFullError, isDiskFull, KilnError } from "@sysext-kiln/error";
import { tryRun } from "@sysext-kiln/machine";
import { decompress, invalid, limitMembers, packingOf, readPackage, tooLarge } from "./decompress.ts";
import { unzip } from "./unzip.ts";

const mebibyte = 1024 * 1024;

/** The most that an archive may contain, in bytes: real ones are compressed to a tenth at best. */
function limitOf(archiveSize: number): number {
  return Math.min(4096 * mebibyte, Math.max(64 * mebibyte, 100 * archiveSize));
}

/**
 * Unpacks a Debian package, a zip archive or a tar archive, compressed by gzip, xz, bzip2, zstd or not at all,
 * into a new folder.
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
    const packing = await packingOf(archive);
    if (name.endsWith(".deb")) await readPackage(archive, name, plain, limit);
    else if (packing === "program") throw noArchive(name);
    else if (packing === "zip") return await unzip(archive, name, folder, limit);
    else if (packing !== "plain") await decompress(archive, packing, name, plain, limit);
    await unpack(existsSync(plain) ? plain : archive, name, folder);
  } finally {
    await rm(plain, { force: true });
  }
}

function noArchive(name: string): KilnError {
  return new KilnError("archive-invalid", {
    expected: `${name} to be an archive, as "take" in extension.yaml says`,
    found: "a program",
    next: 'write "to" with its path in the image in place of "take", such as to: usr/bin/NAME',
  });
}

/** Unpacks a plain tar archive, and checks what it contained. */
async function unpack(archive: string, name: string, folder: string): Promise<void> {
  const args = ["--extract", "--no-same-owner", "--file=-", "--directory", folder];
  // From a pipe: tar would decompress a file in any format that it knows, without a limit.
  const result = await tryRun("tar", args, { env: { LC_ALL: "C" }, input: createReadStream(archive) });
  const { size, count, unusual } = await inspect(Buffer.from(folder));
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
  limitMembers(name, count);
  if (unusual !== undefined) throw invalid(name, unusual);
}

/**
 * Inspects what was unpacked, and makes it readable and removable for this user.
 * @param folder bytes, because a name need not be text
 * @returns the size of all files, in bytes, how many members there are, and the path of anything but a
 * directory, file or link with a name in UTF-8
 */
async function inspect(
  folder: Buffer,
): Promise<{ size: number; count: number; unusual: string | undefined }> {
  let [size, count] = [0, 0];
  let unusual: string | undefined;
  for (const bytes of await readdir(folder, { encoding: "buffer" })) {
    count += 1;
    const name = bytes.toString();
    if (!Buffer.from(name).equals(bytes)) unusual ??= `${name}, a name that is not valid UTF-8`;
    const path = Buffer.concat([folder, Buffer.from("/"), bytes]);
    const stats = await lstat(path);
    const mode = stats.mode & 0o7777;
    if (stats.isDirectory()) {
      await chmod(path, mode | 0o700);
      const inside = await inspect(path);
      size += inside.size;
      count += inside.count;
      unusual ??= inside.unusual;
    } else if (stats.isFile()) {
      if ((mode & 0o400) === 0) await chmod(path, mode | 0o400);
      size += stats.size;
    } else if (!stats.isSymbolicLink()) {
      unusual ??= `${name}, which is a FIFO, a socket or a device`;
    }
  }
  return { size, count, unusual };
}
