import { createHash, randomUUID } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { access, lstat, mkdir, open, rename, rm, stat, writeFile, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { KilnError, systemCode } from "@sysext-kiln/error";

/**
 * SHA-256 of a file, in lower-case hex.
 * @throws KilnError `file-inaccessible` unless it is a regular file or a link to one
 */
export async function digestOf(path: string): Promise<string> {
  await using file = await openRegularFile(path, { followLink: true });
  const hash = createHash("sha256");
  await pipeline(file.createReadStream({ autoClose: false }), hash);
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
 * Makes a folder and those above it, unless they exist. Node's own `recursive` never returns where the file
 * system refuses a new folder with ENOENT, as /proc does.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    if (systemCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await makeOne(path);
  }
}

/**
 * Makes a folder unless it exists, and checks that files can be added to it: before minutes of work, not
 * after them.
 * @throws the operating system's error
 */
export async function makeWritableFolder(path: string): Promise<void> {
  await makeFolder(path);
  await access(path, constants.W_OK);
}

async function makeOne(path: string): Promise<void> {
  await mkdir(path).catch(async (error: unknown) => {
    const exists = systemCode(error) === "EEXIST" && (await stat(path)).isDirectory();
    if (!exists) throw error;
  });
}

/**
 * Writes a file atomically, and makes its folder: it is complete or as before, whenever this process ends.
 * @throws the operating system's error
 */
export async function replaceFile(path: string, text: string, mode = 0o644): Promise<void> {
  await makeFolder(dirname(path));
  const unfinished = `${path}.${randomUUID()}`;
  try {
    await writeFile(unfinished, text, { mode, flag: "wx" });
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
}

export interface OpenOptions {
  /** Whether to follow a link at the end of the path, which is right for a path that the user named. */
  followLink?: boolean;
}

/**
 * Opens a file for reading that may come from somebody else. By default it does not follow a link at the end
 * of the path. It never blocks, as opening a FIFO would.
 * @throws KilnError `file-inaccessible` unless it is a regular file; the operating system's error if it
 * cannot be opened
 */
export async function openRegularFile(
  path: string,
  { followLink = false }: OpenOptions = {},
): Promise<FileHandle> {
  // Opening a device can have side effects, so the type is checked first.
  requireRegular(path, await (followLink ? stat(path) : lstat(path)));
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const file = await open(path, followLink ? flags : flags | constants.O_NOFOLLOW);
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
