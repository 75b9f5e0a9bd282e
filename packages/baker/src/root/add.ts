import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { diskFullError, isDiskFull, KilnError } from "@sysext-kiln/error";
import { missingEntries } from "./compare.ts";
import { runCommands, safe } from "./debugfs.ts";
import type { Entry } from "./entries.ts";
import { checkFileSystem, roomIn, type FileSystem } from "./file-system.ts";

/**
 * Adds entries to a file system, and reads back what was written. What is there already stays untouched; where all of it
 * is, no byte changes.
 * @param epoch the date of what is written, in seconds since 1970
 * @throws KilnError `already-there`, `disk-image-full`, `disk-image-invalid`
 */
export async function addEntries(
  fileSystem: FileSystem,
  entries: readonly Entry[],
  epoch: number,
): Promise<void> {
  const missing = await missingEntries(fileSystem, entries);
  if (missing.length === 0) return;
  await requireRoom(fileSystem, missing);
  const commands = await commandsFor(missing, fileSystem.folder);
  const { complaints } = await runCommands(fileSystem, commands, { write: true, epoch });
  const [complaint] = complaints;
  if (complaint !== undefined) {
    // The image has room: it is the disk that the copy of it is on.
    throw isDiskFull(complaint) ? diskFullError("what goes into the image") : notWritten(complaint);
  }
  await checkFileSystem(fileSystem, "after it was written to");
  const [lost] = await missingEntries(fileSystem, entries);
  if (lost !== undefined) throw notWritten(`${lost.path} is not there`);
}

/** What a folder, an inode's extents and the like may take besides the files' own blocks. */
const blocksBesides = 4;

async function requireRoom(fileSystem: FileSystem, entries: readonly Entry[]): Promise<void> {
  const room = await roomIn(fileSystem);
  const blocks = entries
    .map((entry) => (entry.type === "regular" ? Math.ceil(entry.size / room.blockSize) : 0) + blocksBesides)
    .reduce((sum, one) => sum + one, 0);
  if (blocks <= room.blocks && entries.length <= room.inodes) return;
  const megabytes = (count: number) => `${((count * room.blockSize) / 1e6).toFixed(1)} MB`;
  throw new KilnError("disk-image-full", {
    expected: `room for ${megabytes(blocks)} and ${entries.length} files in the image's root file system`,
    found: `${megabytes(room.blocks)} and ${room.inodes} files`,
    next: "bake fewer extensions, or into an image with a larger ROOT partition",
  });
}

const staging = "staging";

/** debugfs' commands that make entries; the bytes of files are staged in the disk's own folder. */
async function commandsFor(entries: readonly Entry[], folder: string): Promise<string[]> {
  await mkdir(join(folder, staging), { recursive: true });
  const commands = entries.map(async (entry, index) => [
    ...(await making(entry, folder, `${staging}/${index}`)),
    `set_inode_field ${safe(entry.path)} uid 0`,
    `set_inode_field ${safe(entry.path)} gid 0`,
  ]);
  return (await Promise.all(commands)).flat();
}

async function making(entry: Entry, folder: string, staged: string): Promise<string[]> {
  const path = safe(entry.path);
  if (entry.type === "directory") return [`mkdir ${path}`, `set_inode_field ${path} mode 040755`];
  if (entry.type === "symlink") return [`symlink ${path} ${safe(entry.target)}`];
  // By a name of our own, as the person's path may hold spaces and quotes.
  if (Buffer.isBuffer(entry.content)) await writeFile(join(folder, staged), entry.content);
  else await symlink(resolve(entry.content.file), join(folder, staged));
  const mode = `0100${entry.mode.toString(8).padStart(3, "0")}`;
  return [`write ${staged} ${path}`, `set_inode_field ${path} mode ${mode}`];
}

function notWritten(found: string): KilnError {
  return new KilnError("disk-image-invalid", {
    expected: "debugfs to write into the image's root file system",
    found,
    next: "check that the image is whole, and that e2fsprogs is not older than the system that made it",
  });
}
