import { stat } from "node:fs/promises";
import { KilnError } from "@sysext-kiln/error";
import type { Architecture } from "@sysext-kiln/extension";
import type { Say } from "@sysext-kiln/machine";
import { architectureOf } from "./disk/architecture.ts";
import { partitionsOf, type Partition } from "./disk/partitions.ts";
import { readDisk, type ReadDisk } from "./disk/read.ts";
import type { Contents } from "./contents.ts";
import { addEntries, type AddOptions } from "./root/add.ts";
import { entriesOf } from "./root/entries.ts";
import { checkFileSystem, findRoot, type FileSystem } from "./root/file-system.ts";

/** A raw copy of an operating system's disk. */
export interface UnpackedDisk extends ReadDisk {
  partitions: readonly Partition[];
  architecture: Architecture;
}

/** A copy whose root file system can be written. */
export interface OpenDisk extends UnpackedDisk {
  root: FileSystem;
}

export interface OpenOptions {
  /** The architecture, if it cannot be detected from the boot loader. */
  assumed: Architecture | undefined;
  say: Say;
  /** The size of the largest disk that is unpacked, in bytes. */
  maxBytes?: number;
}

/**
 * Unpacks a disk image into a raw copy in a folder; the image itself is only read.
 * @throws KilnError `disk-image-invalid`, `architecture-mismatch`
 */
export async function unpackDisk(
  input: string,
  folder: string,
  { assumed, say, maxBytes }: OpenOptions,
): Promise<UnpackedDisk> {
  await requireFile(input);
  const disk = await readDisk(input, folder, { say, maxBytes });
  const partitions = await partitionsOf(disk.path, input);
  const architecture = agreed(await architectureOf(disk.path, partitions), assumed, input);
  return { ...disk, partitions, architecture };
}

/**
 * Unpacks a disk image in a folder and opens the copy, to write into its root file system.
 * @throws KilnError `disk-image-invalid`, `architecture-mismatch`
 */
export async function openDisk(input: string, folder: string, options: OpenOptions): Promise<OpenDisk> {
  const disk = await unpackDisk(input, folder, options);
  options.say("checking the root file system");
  const root = await findRoot(disk.path, disk.partitions, input);
  await checkFileSystem(root, `in ${input}`);
  return { ...disk, root };
}

/**
 * Adds files and links to the root file system of an open disk, all owned by root.
 * @throws KilnError `already-there`, `disk-image-full`, `disk-image-invalid`
 */
export async function addContents(
  { root }: OpenDisk,
  contents: Contents,
  { epoch, say }: AddOptions,
): Promise<void> {
  await addEntries(root, await entriesOf(contents), { epoch, say });
}

async function requireFile(input: string): Promise<void> {
  const status = await stat(input);
  if (status.isFile()) return;
  throw new KilnError("disk-image-invalid", {
    expected: `${input} to be a file`,
    found: status.isDirectory() ? "a folder" : "a special file",
    next: "give the path of a disk image",
  });
}

function agreed(
  detected: Architecture | undefined,
  assumed: Architecture | undefined,
  input: string,
): Architecture {
  const architecture = detected ?? assumed;
  if (architecture === undefined) {
    throw new KilnError("disk-image-invalid", {
      expected: `${input} to have a boot loader from which its architecture can be detected`,
      found: "not exactly one of bootx64.efi and bootaa64.efi in EFI/BOOT of its EFI system partition",
      next: "bake it with --arch; an image for kiln try has to boot with UEFI",
    });
  }
  if (assumed === undefined || assumed === architecture) return architecture;
  throw new KilnError("architecture-mismatch", {
    expected: `${input} to be for ${assumed}`,
    found: `its boot loader is for ${architecture}`,
    next: `use the image for ${assumed}, or omit --arch`,
  });
}
