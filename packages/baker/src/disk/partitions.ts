import { open } from "node:fs/promises";
import { dirname, basename } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { z } from "zod";
import { runTool } from "../tool.ts";

const sectorSize = 512;

/** A partition of a raw disk, in bytes. */
export interface Partition {
  name: string;
  /** The type's GUID, in upper case. */
  type: string;
  offset: number;
  size: number;
}

const tableSchema = z.object({
  partitiontable: z.object({
    partitions: z
      .array(z.object({ start: z.int(), size: z.int(), type: z.string(), name: z.string().default("") }))
      .default([]),
  }),
});

/**
 * The partitions of a raw disk.
 * @param name the disk's name in errors
 * @throws KilnError `disk-image-invalid` if there is no GPT, or a part of the disk is missing
 */
export async function partitionsOf(disk: string, name: string): Promise<Partition[]> {
  await requireWholeGpt(disk, name);
  const json: unknown = JSON.parse(
    await runTool("sfdisk", ["--json", basename(disk)], { cwd: dirname(disk) }),
  );
  return tableSchema.parse(json).partitiontable.partitions.map((partition) => ({
    name: partition.name,
    type: partition.type.toUpperCase(),
    offset: partition.start * sectorSize,
    size: partition.size * sectorSize,
  }));
}

/**
 * The header of a GPT contains the position of its second copy, the last sector (UEFI specification, "GPT
 * Header").
 */
async function requireWholeGpt(disk: string, name: string): Promise<void> {
  await using file = await open(disk);
  const { buffer } = await file.read(Buffer.alloc(92), 0, 92, sectorSize);
  const found = (await file.stat()).size;
  if (buffer.toString("latin1", 0, 8) !== "EFI PART") throw invalid(name, "a GPT", "none");
  const size = (Number(buffer.readBigUInt64LE(32)) + 1) * sectorSize;
  if (found >= size) return;
  throw invalid(name, `a disk of ${size} bytes, the size in its partition table`, `${found} bytes`);
}

function invalid(name: string, what: string, found: string): KilnError {
  return new KilnError("disk-image-invalid", {
    expected: `${name} to contain ${what}`,
    found,
    next: "download it again, and verify its signature",
  });
}
