import { basename, dirname } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { tryRun } from "@sysext-kiln/machine";
import type { Partition } from "../disk/partitions.ts";
import { pathOf, runTool } from "../tool.ts";

/** An ext4 file system within a raw disk. */
export interface FileSystem {
  /** The folder that the disk is in: e2fsprogs take an offset behind a `?`, which a path may hold too. */
  folder: string;
  /** The disk as e2fsprogs name it there. */
  device: string;
}

/** The label that Flatcar gives the partition that its root file system is on. */
const rootLabel = "ROOT";

/**
 * Finds the root file system of an operating system's disk.
 * @param name what the disk is called in errors
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
      next: "take a disk image of Flatcar; an ISO or a PXE image cannot be baked",
    });
  }
  const type = await fileSystemType(disk, root);
  if (type !== "ext4") {
    throw new KilnError("disk-image-invalid", {
      expected: `the partition ${rootLabel} of ${name} to hold ext4`,
      found: type ?? "no file system that is known",
      next: "take an image as Flatcar publishes it; kiln writes into no other file system",
    });
  }
  return { folder: dirname(disk), device: `${basename(disk)}?offset=${root.offset}` };
}

async function fileSystemType(disk: string, { offset, size }: Partition): Promise<string | undefined> {
  const args = ["--probe", "--output=export", `--offset=${offset}`, `--size=${size}`, disk];
  const { stdout } = await tryRun(await pathOf("blkid"), args);
  return /^TYPE=(.*)$/m.exec(stdout)?.[1];
}

/** @throws KilnError `disk-image-invalid` where the file system is not as it should be */
export async function checkFileSystem({ folder, device }: FileSystem, when: string): Promise<void> {
  const { status, stdout, summary } = await tryRun(await pathOf("e2fsck"), ["-fn", device], { cwd: folder });
  if (status === 0 && !stdout.includes("skipping journal recovery")) return;
  throw new KilnError("disk-image-invalid", {
    expected: `the file system of the partition ${rootLabel} to be clean ${when}`,
    found: summary,
    next: "take an image as it was downloaded, not the disk of a machine that has run",
  });
}

/** What is free in a file system. */
export interface Room {
  blockSize: number;
  blocks: number;
  inodes: number;
}

export async function roomIn({ folder, device }: FileSystem): Promise<Room> {
  const text = await runTool("dumpe2fs", ["-h", device], { cwd: folder });
  const number = (label: string) => Number(new RegExp(`^${label}: +(\\d+)$`, "m").exec(text)?.[1]);
  return {
    blockSize: number("Block size"),
    blocks: number("Free blocks"),
    inodes: number("Free inodes"),
  };
}
