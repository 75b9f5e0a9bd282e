import { stat } from "node:fs/promises";
import { KilnError } from "@sysext-kiln/error";
import type { Architecture } from "@sysext-kiln/extension";
import type { Say } from "@sysext-kiln/machine";
import { architectureOf } from "./disk/architecture.ts";
import { partitionsOf, type Partition } from "./disk/partitions.ts";
import { readDisk, type ReadDisk } from "./disk/read.ts";
import { checkFileSystem, findRoot, type FileSystem } from "./root/file-system.ts";

/** A copy of an operating system's disk. */
export interface UnpackedDisk extends ReadDisk {
  partitions: Partition[];
  architecture: Architecture;
}

/** One that can be written into. */
export interface OpenDisk extends UnpackedDisk {
  root: FileSystem;
}

export interface OpenOptions {
  /** Its architecture, where its boot loader does not tell. */
  assumed: Architecture | undefined;
  say: Say;
}

/**
 * Makes a raw copy of a disk image in a folder; the image itself is only read.
 * @throws KilnError `disk-image-invalid`, `architecture-mismatch`
 */
export async function unpackDisk(
  input: string,
  folder: string,
  { assumed, say }: OpenOptions,
): Promise<UnpackedDisk> {
  await requireFile(input);
  const disk = await readDisk(input, folder, say);
  const partitions = await partitionsOf(disk.path, input);
  const architecture = agreed(await architectureOf(disk.path, partitions), assumed, input);
  return { ...disk, partitions, architecture };
}

/**
 * Opens a copy of a disk image in a folder, to write into its root file system.
 * @throws KilnError `disk-image-invalid`, `architecture-mismatch`
 */
export async function openDisk(input: string, folder: string, options: OpenOptions): Promise<OpenDisk> {
  const disk = await unpackDisk(input, folder, options);
  options.say("checking the root file system");
  const root = await findRoot(disk.path, disk.partitions, input);
  await checkFileSystem(root, `in ${input}`);
  return { ...disk, root };
}

async function requireFile(input: string): Promise<void> {
  if ((await stat(input)).isFile()) return;
  throw new KilnError("disk-image-invalid", {
    expected: `${input} to be a file`,
    found: "something else",
    next: "give the path of a disk image",
  });
}

function agreed(
  told: Architecture | undefined,
  assumed: Architecture | undefined,
  input: string,
): Architecture {
  const architecture = told ?? assumed;
  if (architecture === undefined) {
    throw new KilnError("disk-image-invalid", {
      expected: `${input} to have a boot loader that tells its architecture`,
      found: "neither bootx64.efi nor bootaa64.efi in EFI/BOOT of its EFI system partition",
      next: "bake it with --arch; an image that is tried has to boot with UEFI",
    });
  }
  if (assumed === undefined || assumed === architecture) return architecture;
  throw new KilnError("architecture-mismatch", {
    expected: `${input} to be for ${assumed}`,
    found: `its boot loader is for ${architecture}`,
    next: "take the image for the other architecture, or leave out --arch",
  });
}
