import { basename, dirname } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { tryRun } from "@sysext-kiln/machine";
import type { Partition } from "../disk/partitions.ts";
import { pathOf, runTool } from "../tool.ts";

/** An ext4 file system within a raw disk. */
export interface FileSystem {
  /**
   * The disk's folder, in which e2fsprogs run: they parse an offset after a `?`, which the path may contain
   * too.
   */
  folder: string;
  /** The disk's name there, with the offset. */
  device: string;
}

/** The label of the partition with Flatcar's root file system. */
const rootLabel = "ROOT";

/**
 * Finds the root file system of an operating system's disk.
 * @param name the disk's name in errors
 * @throws KilnError `disk-image-invalid`
 */
export async function findRoot(
  disk: string,
  partitions: readonly Partition[],
  name: string,
): Promise<FileSystem> {
  const roots = partitions.filter((partition) => partition.name === rootLabel);
  const [root] = roots;
  if (!root || roots.length > 1) {
    const labels = partitions.map((partition) => partition.name).join(", ");
    throw new KilnError("disk-image-invalid", {
      expected: `${name} to have one partition with the label ${rootLabel}, as Flatcar's disk images have`,
      found: labels === "" ? "no partition with a label" : `partitions ${labels}`,
      next: "use a disk image of Flatcar; an ISO or a PXE image cannot be baked",
    });
  }
  const type = await fileSystemType(disk, root);
  if (type !== "ext4") {
    throw new KilnError("disk-image-invalid", {
      expected: `the partition ${rootLabel} of ${name} to contain ext4`,
      found: type ?? "no known file system",
      next: "use an image as Flatcar publishes it; kiln writes to no other file system",
    });
  }
  return { folder: dirname(disk), device: `${basename(disk)}?offset=${root.offset}` };
}

async function fileSystemType(disk: string, { offset, size }: Partition): Promise<string | undefined> {
  const args = ["--probe", "--output=export", `--offset=${offset}`, `--size=${size}`, disk];
  const { stdout } = await tryRun(await pathOf("blkid"), args);
  return /^TYPE=(.*)$/m.exec(stdout)?.[1];
}

/** @throws KilnError `disk-image-invalid` if the file system is not clean */
export async function checkFileSystem({ folder, device }: FileSystem, when: string): Promise<void> {
  const { status, stdout, summary } = await tryRun(await pathOf("e2fsck"), ["-fn", device], { cwd: folder });
  if (status === 0 && !stdout.includes("skipping journal recovery")) return;
  throw new KilnError("disk-image-invalid", {
    expected: `the file system of the partition ${rootLabel} to be clean ${when}`,
    found: summary,
    next: "use an image as it was downloaded, not the disk of a machine that has run",
  });
}

/** The free space of a file system. */
export interface FreeSpace {
  blockSize: number;
  blocks: number;
  inodes: number;
}

export async function freeSpace({ folder, device }: FileSystem): Promise<FreeSpace> {
  const text = await runTool("dumpe2fs", ["-h", device], { cwd: folder });
  const number = (label: string) => Number(new RegExp(`^${label}: +(\\d+)$`, "m").exec(text)?.[1]);
  return {
    blockSize: number("Block size"),
    blocks: number("Free blocks"),
    inodes: number("Free inodes"),
  };
}
