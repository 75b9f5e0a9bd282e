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
  /** The file system of ROOT. */
  rootType?: "ext4" | "ext2" | undefined;
}

/** Makes a raw, sparse disk image with Flatcar's partitions and a test's root file system. */
export async function makeDiskImage(path: string, options: DiskImageOptions): Promise<void> {
  const { layout = flatcarLayout, tree, bootLoader = "bootx64.efi", rootType = "ext4" } = options;
  const partitions = withOffsets(layout);
  const granularity = layout === flatcarLayout ? diskAlignment : alignment;
  const tools = await ensureTestPrograms("sfdisk", "mke2fs", "mformat", "mmd", "mcopy");
  const sectors = Math.ceil((end(partitions) + 34) / granularity) * granularity;
  await writeFile(path, "");
  await truncate(path, sectors * 512);
  await run(tools.sfdisk, ["--quiet", path], { input: tableOf(partitions) });

  const esp = partitions.find(({ name }) => name === "EFI-SYSTEM");
  if (esp) {
    const image = ["-i", `${path}@@${esp.start * 512}`];
    await run(tools.mformat, [...image, "-T", String(esp.sectors), "-v", esp.name, "-N", "1", "::"]);
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

/** The partition table, as sfdisk(8) reads it. */
function tableOf(partitions: readonly Partition[]): string {
  const lines = partitions.map(({ number, start, sectors, type, name, uuid }) => {
    const identity = uuid === undefined ? "" : `, uuid=${uuid}`;
    return `${number}: start=${start}, size=${sectors}, type=${type}, name=${name}${identity}`;
  });
  return ["label: gpt", `label-id: ${diskId}`, ...lines, ""].join("\n");
}
