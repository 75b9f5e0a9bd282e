import { createHash } from "node:crypto";
import { constants, createReadStream, type Stats } from "node:fs";
import { lstat, open, type FileHandle } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { KilnError } from "@sysext-kiln/error";

/** SHA-256 of a file, in lower-case hex. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/**
 * Flushes a file, or the entries of a folder, to the disk, so that a power failure after a rename leaves no
 * empty file.
 */
export async function syncToDisk(path: string): Promise<void> {
  await using handle = await open(path);
  await handle.sync();
}

/**
 * Opens a file for reading that may come from somebody else. Never follows a link at the end of the path, and
 * never blocks, as opening a FIFO would.
 * @throws KilnError `file-inaccessible` unless it is a regular file; the operating system's error if it
 * cannot be opened
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  // Opening a device can have side effects, so the type is checked first.
  requireRegular(path, await lstat(path));
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    // The file may have been replaced in between.
    requireRegular(path, await file.stat());
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Reads a regular file of at most `maxBytes` that may come from somebody else.
 * @throws KilnError `file-inaccessible` unless it is one; the operating system's error if it cannot be opened
 */
export async function readRegularFile(path: string, maxBytes: number): Promise<Buffer> {
  await using file = await openRegularFile(path);
  const { size } = await file.stat();
  if (size <= maxBytes) return file.readFile();
  throw new KilnError("file-inaccessible", {
    expected: `${path} to have at most ${maxBytes} bytes`,
    found: `${size} bytes`,
    next: "replace it with a smaller file",
  });
}

function requireRegular(path: string, stats: Stats): void {
  if (stats.isFile()) return;
  throw new KilnError("file-inaccessible", {
    expected: `${path} to be a regular file`,
    found: describeType(stats),
    next: "replace it with a regular file",
  });
}

function describeType(stats: Stats): string {
  if (stats.isSymbolicLink()) return "a symbolic link";
  if (stats.isDirectory()) return "a directory";
  if (stats.isFIFO()) return "a FIFO";
  if (stats.isSocket()) return "a socket";
  return "a device";
}
