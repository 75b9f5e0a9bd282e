import { mkdtempDisposable, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { alignment, diskAlignment, diskId, flatcarLayout, type LayoutPartition } from "./flatcar-layout.ts";
import { ensureTestPrograms } from "../programs.ts";

export interface DiskImageOptions {
  /** Its partitions; by default those of Flatcar's generic image, in full size. */
  layout?: readonly LayoutPartition[];
  /** A folder with the files of ROOT. */
  tree: string;
  /** The name of the boot loader in the EFI system partition, which depends on the architecture. */
  bootLoader?: string | undefined;
  /** The size of its sectors, in bytes. */
  sectorSize?: 512 | 4096;
  /** The file system of ROOT. */
  rootType?: "ext4" | "ext2" | undefined;
}

/** Makes a raw, sparse disk image with Flatcar's partitions and a test's root file system. */
export async function makeDiskImage(path: string, options: DiskImageOptions): Promise<void> {
  const { layout = flatcarLayout, tree, bootLoader = "bootx64.efi", rootType = "ext4" } = options;
  const { sectorSize = 512 } = options;
  const partitions = withOffsets(layout);
  const granularity = layout === flatcarLayout ? diskAlignment : alignment;
  const tools = await ensureTestPrograms("fdisk", "sfdisk", "mke2fs", "mformat", "mmd", "mcopy");
  const sectors = Math.ceil((end(partitions) + 34) / granularity) * granularity;
  await writeFile(path, "");
  await truncate(path, sectors * 512);
  if (sectorSize === 512) await run(tools.sfdisk, ["--quiet", path], { input: tableOf(partitions) });
  else await writeLargeSectorTable(path, tools.fdisk, sectorSize, partitions);

  const esp = partitions.find(({ name }) => name === "EFI-SYSTEM");
  if (esp) {
    const image = ["-i", `${path}@@${esp.start * 512}`];
    const geometry = [
      "-S",
      String(Math.log2(sectorSize) - 7),
      "-T",
      String((esp.sectors * 512) / sectorSize),
    ];
    await run(tools.mformat, [...image, ...geometry, "-v", esp.name, "-N", "1", "::"]);
    await run(tools.mmd, [...image, "::/EFI", "::/EFI/boot"]);
    await using folder = await mkdtempDisposable(join(tmpdir(), "kiln-disk-"));
    await writeFile(join(folder.path, bootLoader), "");
    await run(tools.mcopy, [...image, join(folder.path, bootLoader), "::/EFI/boot/"]);
  }
  const root = partitions.find(({ name }) => name === "ROOT");
  if (root) {
    // As Flatcar's disk_util makes it, but without random values.
    const extended = `offset=${root.start * 512},root_owner=0:0,hash_seed=${diskId}`;
    const format = [
      "-q",
      "-t",
      rootType,
      "-b",
      "4096",
      "-i",
      "4096",
      "-I",
      "256",
      "-L",
      "ROOT",
      "-U",
      diskId,
    ];
    await run(tools.mke2fs, [...format, "-E", extended, "-d", tree, path, String(root.sectors / 8)]);
  }
}

/** The offset and the size of the partition ROOT in a disk with a layout, in bytes. */
export function rootPartition(layout: readonly LayoutPartition[]): { offset: number; size: number } {
  const root = withOffsets(layout).find(({ name }) => name === "ROOT");
  if (!root) throw new Error("the layout has no partition ROOT");
  return { offset: root.start * 512, size: root.sectors * 512 };
}

/** Runs debugfs on the root file system of a raw disk. @param offset that of its partition, in bytes */
export async function debugfs(
  disk: string,
  offset: number,
  command: string,
  { write = false } = {},
): Promise<string> {
  const { debugfs: program } = await ensureTestPrograms("debugfs");
  return run(program, [...(write ? ["-w"] : []), "-R", command, `${disk}?offset=${offset}`]);
}

type Partition = LayoutPartition & { start: number };

/** The partitions of a layout, one behind the other, each at a multiple of the alignment. */
function withOffsets(layout: readonly LayoutPartition[]): Partition[] {
  const partitions: Partition[] = [];
  for (const partition of layout) {
    const start = Math.ceil(Math.max(end(partitions), 34) / alignment) * alignment;
    partitions.push({ ...partition, start });
  }
  return partitions;
}

function end(partitions: readonly Partition[]): number {
  const last = partitions.at(-1);
  return last ? last.start + last.sectors : 0;
}

/** Writes the partition table with fdisk(8), as sfdisk cannot be told the size of sectors. */
async function writeLargeSectorTable(
  path: string,
  fdisk: string,
  sectorSize: number,
  partitions: readonly Partition[],
): Promise<void> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "kiln-disk-"));
  const script = join(folder.path, "layout");
  await writeFile(script, tableOf(partitions, sectorSize));
  await run(fdisk, ["--sector-size", String(sectorSize), path], { input: `I\n${script}\nw\n` });
}

/** The partition table, as sfdisk(8) reads it. */
function tableOf(partitions: readonly Partition[], sectorSize = 512): string {
  const inSectors = (count: number) => (count * 512) / sectorSize;
  const lines = partitions.map(({ number, start, sectors, type, name, uuid }) => {
    const identity = uuid === undefined ? "" : `, uuid=${uuid}`;
    return `${number}: start=${inSectors(start)}, size=${inSectors(sectors)}, type=${type}, name=${name}${identity}`;
  });
  return ["label: gpt", `label-id: ${diskId}`, ...lines, ""].join("\n");
}
