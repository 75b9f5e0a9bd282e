import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Say } from "@sysext-kiln/machine";
import { diskFullError, isDiskFull, KilnError } from "@sysext-kiln/error";
import { missingEntries } from "./compare.ts";
import { runCommands, safe } from "./debugfs.ts";
import type { Entry } from "./entries.ts";
import { checkFileSystem, freeSpace, type FileSystem } from "./file-system.ts";

export interface AddOptions {
  /** The date of new entries, in seconds since 1970. */
  epoch: number;
  say: Say;
}

/**
 * Adds entries to a file system, and verifies them by reading them back. Existing entries are not touched; if
 * all entries exist, no byte changes.
 * @throws KilnError `already-there`, `disk-image-full`, `disk-image-invalid`
 */
export async function addEntries(
  fileSystem: FileSystem,
  entries: readonly Entry[],
  { epoch, say }: AddOptions,
): Promise<void> {
  say("comparing with what is there");
  const missing = await missingEntries(fileSystem, entries);
  if (missing.length === 0) return;
  await requireSpace(fileSystem, missing);
  say(`writing ${missing.length} files, folders and links`);
  const commands = await commandsFor(missing, fileSystem.folder);
  const { errors } = await runCommands(fileSystem, commands, { write: true, epoch });
  const [error] = errors;
  if (error !== undefined) {
    // The image has enough space: it is the machine's disk, with the copy, that is full.
    throw isDiskFull(error) ? diskFullError("the contents of the image") : notWritten(error);
  }
  say("checking the root file system");
  await checkFileSystem(fileSystem, "after writing to it");
  say("reading back what was written");
  const [lost] = await missingEntries(fileSystem, entries);
  if (lost !== undefined) throw notWritten(`${lost.path} is missing afterwards`);
}

/** Blocks per entry for folders, extents and the like, in addition to the blocks of a file's contents. */
const overheadBlocks = 4;

async function requireSpace(fileSystem: FileSystem, entries: readonly Entry[]): Promise<void> {
  const free = await freeSpace(fileSystem);
  const blocks = entries
    .map((entry) => (entry.type === "regular" ? Math.ceil(entry.size / free.blockSize) : 0) + overheadBlocks)
    .reduce((sum, one) => sum + one, 0);
  if (blocks <= free.blocks && entries.length <= free.inodes) return;
  const megabytes = (count: number) => `${((count * free.blockSize) / 1e6).toFixed(1)} MB`;
  throw new KilnError("disk-image-full", {
    expected: `space for ${megabytes(blocks)} and ${entries.length} files in the image's root file system`,
    found: `${megabytes(free.blocks)} and ${free.inodes} files`,
    next: "bake fewer extensions, or into an image with a larger ROOT partition",
  });
}

const staging = "staging";

/** The commands of debugfs that create entries; the contents of files are staged in the disk's folder. */
async function commandsFor(entries: readonly Entry[], folder: string): Promise<string[]> {
  await mkdir(join(folder, staging), { recursive: true });
  const commands = entries.map(async (entry, index) => [
    ...(await creation(entry, folder, `${staging}/${index}`)),
    `set_inode_field ${safe(entry.path)} uid 0`,
    `set_inode_field ${safe(entry.path)} gid 0`,
  ]);
  return (await Promise.all(commands)).flat();
}

async function creation(entry: Entry, folder: string, staged: string): Promise<string[]> {
  const path = safe(entry.path);
  if (entry.type === "directory") return [`mkdir ${path}`, `set_inode_field ${path} mode 040755`];
  if (entry.type === "symlink") return [`symlink ${path} ${safe(entry.target)}`];
  // With a generated name, because the user's path may contain spaces and quotes.
  if (Buffer.isBuffer(entry.content)) await writeFile(join(folder, staged), entry.content);
  else await symlink(resolve(entry.content.file), join(folder, staged));
  const mode = `0100${entry.mode.toString(8).padStart(3, "0")}`;
  return [`write ${staged} ${path}`, `set_inode_field ${path} mode ${mode}`];
}

function notWritten(found: string): KilnError {
  return new KilnError("disk-image-invalid", {
    expected: "debugfs to write into the image's root file system",
    found,
    next: "check that the image is complete, and that e2fsprogs is not older than the system that created the image",
  });
}
