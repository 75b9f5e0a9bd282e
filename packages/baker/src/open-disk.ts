import { stat } from "node:fs/promises";
import { KilnError } from "@sysext-kiln/error";
import type { Architecture } from "@sysext-kiln/extension";
import type { Say } from "@sysext-kiln/machine";
import { architectureOf } from "./disk/architecture.ts";
import { partitionsOf } from "./disk/partitions.ts";
import { readDisk, type ReadDisk } from "./disk/read.ts";
import { checkFileSystem, findRoot, type FileSystem } from "./root/file-system.ts";

/** A copy of an operating system's disk that can be written into. */
export interface OpenDisk extends ReadDisk {
  root: FileSystem;
  architecture: Architecture;
}

/**
 * Opens a copy of a disk image in a folder; the image itself is only read.
 * @param assumed its architecture, where its boot loader does not tell
 * @throws KilnError `disk-image-invalid`, `architecture-mismatch`
 */
export async function openDisk(
  input: string,
  folder: string,
  { assumed, say }: { assumed: Architecture | undefined; say: Say },
): Promise<OpenDisk> {
  await requireFile(input);
  const disk = await readDisk(input, folder, say);
  say("looking for the root file system");
  const partitions = await partitionsOf(disk.path, input);
  const root = await findRoot(disk.path, partitions, input);
  const architecture = agreed(await architectureOf(disk.path, partitions), assumed, input);
  await checkFileSystem(root, `in ${input}`);
  return { ...disk, root, architecture };
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
      next: "say which one it is with --arch",
    });
  }
  if (assumed === undefined || assumed === architecture) return architecture;
  throw new KilnError("architecture-mismatch", {
    expected: `${input} to be for ${assumed}`,
    found: `its boot loader is for ${architecture}`,
    next: "take the image for the other architecture, or leave out --arch",
  });
}
