import { constants, type Stats } from "node:fs";
import { lstat, open, type FileHandle } from "node:fs/promises";
import { KilnError } from "@sysext-kiln/error";

/**
 * Opens a file for reading that someone else may have put there. Never follows a link at the end of the path, and never
 * waits, as opening a FIFO would.
 * @throws KilnError `file-inaccessible` unless it is a regular file; the operating system's error if it cannot be opened
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  // Opening a device can already have an effect, so this looks first.
  requireRegular(path, await lstat(path));
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    // What the path leads to may have been replaced in between.
    requireRegular(path, await file.stat());
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
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

/**
 * Reads a regular file of at most `maxBytes` that someone else may have put there.
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
