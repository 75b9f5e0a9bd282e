import { mkdtempDisposable, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { alignment, diskAlignment, diskId, flatcarLayout, type LayoutPartition } from "./flatcar-layout.ts";
import { ensureTestPrograms } from "../programs.ts";

export interface DiskImageOptions {
  /** Its partitions; without it those of Flatcar's generic image, with their full sizes. */
  readonly layout?: readonly LayoutPartition[];
  /** A folder whose files ROOT holds. */
  readonly tree: string;
  /** The boot loader in the EFI system partition, which tells the architecture. */
  readonly bootLoader?: string | undefined;
  /** Left out where ROOT is to hold no file system. */
  readonly rootType?: "ext4" | "ext2" | undefined;
}

/**
 * Makes a raw, sparse disk image with the partitions of Flatcar, and a root file system that a test brings.
 */
export async function makeDiskImage(path: string, options: DiskImageOptions): Promise<void> {
  const { layout = flatcarLayout, tree, bootLoader = "bootx64.efi", rootType = "ext4" } = options;
  const placed = place(layout);
  const granularity = layout === flatcarLayout ? diskAlignment : alignment;
  const tools = await ensureTestPrograms("sfdisk", "mke2fs", "mformat", "mmd", "mcopy");
  const sectors = Math.ceil((end(placed) + 34) / granularity) * granularity;
  await writeFile(path, "");
  await truncate(path, sectors * 512);
  await run(tools.sfdisk, ["--quiet", path], { input: tableOf(placed) });

  const esp = placed.find(({ name }) => name === "EFI-SYSTEM");
  if (esp) {
    const image = ["-i", `${path}@@${esp.start * 512}`];
    await run(tools.mformat, [...image, "-T", String(esp.sectors), "-v", esp.name, "-N", "1", "::"]);
    await run(tools.mmd, [...image, "::/EFI", "::/EFI/boot"]);
    await using folder = await mkdtempDisposable(join(tmpdir(), "kiln-disk-"));
    await writeFile(join(folder.path, bootLoader), "");
    await run(tools.mcopy, [...image, join(folder.path, bootLoader), "::/EFI/boot/"]);
  }
  const root = placed.find(({ name }) => name === "ROOT");
  if (root) {
    // As disk_util makes it, and without what is random.
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

type Placed = LayoutPartition & { start: number };

/** Where partitions stand: one behind the other, each at a multiple of the alignment. */
export function place(layout: readonly LayoutPartition[]): Placed[] {
  const placed: Placed[] = [];
  for (const partition of layout) {
    const start = Math.ceil(Math.max(end(placed), 34) / alignment) * alignment;
    placed.push({ ...partition, start });
  }
  return placed;
}

function end(placed: readonly Placed[]): number {
  const last = placed.at(-1);
  return last ? last.start + last.sectors : 0;
}

/** The partition table, as sfdisk(8) reads it. */
function tableOf(placed: readonly Placed[]): string {
  const lines = placed.map(({ number, start, sectors, type, name, uuid }) => {
    const identity = uuid === undefined ? "" : `, uuid=${uuid}`;
    return `${number}: start=${start}, size=${sectors}, type=${type}, name=${name}${identity}`;
  });
  return ["label: gpt", `label-id: ${diskId}`, ...lines, ""].join("\n");
}
