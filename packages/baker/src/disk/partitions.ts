import { open } from "node:fs/promises";
import { KilnError } from "@sysext-kiln/error";
import { machinePrograms, runInSandbox } from "@sysext-kiln/machine";
import { z } from "zod";
import { sectorSizes } from "./format.ts";

/** A partition of a raw disk, in bytes. */
export interface Partition {
  name: string;
  /** The type's GUID, in upper case. */
  type: string;
  offset: number;
  size: number;
}

/** The sectors of which partx counts, whatever those of the disk are. */
const countedSector = 512;

const number = z.string().regex(/^\d+$/).transform(Number);
const partitionSchema = z.object({ START: number, SECTORS: number, TYPE: z.string(), NAME: z.string() });

/** Where the sandbox shows the disk. */
const inSandbox = "/disk";

/**
 * The partitions of a raw disk, whose sectors have 512 or 4096 bytes.
 * @param name the disk's name in errors
 * @throws KilnError `disk-image-invalid` if there is no GPT, or a part of the disk is missing;
 * `sandbox-unavailable`
 */
export async function partitionsOf(disk: string, name: string): Promise<Partition[]> {
  const sectorSize = await requireWholeGpt(disk, name);
  const columns = ["--pairs", "--output", "START,SECTORS,TYPE,NAME"];
  const command = ["partx", ...columns, "--sector-size", String(sectorSize), inSandbox];
  const { stdout, stderr, timedOut } = await runInSandbox(command, {
    root: machinePrograms,
    readOnly: [{ source: disk, target: inSandbox }],
  });
  if (timedOut) throw invalid(name, "a valid GPT", "one that cannot be read in a minute");
  if (/^bwrap: /m.test(stderr)) throw new Error(`the sandbox did not start partx: ${stderr.trim()}`);
  // partx also fails if there is no partition.
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const pairs = [...line.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value]) => [key, value]);
      const { START, SECTORS, TYPE, NAME } = partitionSchema.parse(Object.fromEntries(pairs));
      return {
        name: NAME,
        type: TYPE.toUpperCase(),
        offset: START * countedSector,
        size: SECTORS * countedSector,
      };
    });
}

/**
 * The header of a GPT contains the position of its second copy, the last sector (UEFI specification, "GPT
 * Header").
 * @returns the size of a sector
 */
async function requireWholeGpt(disk: string, name: string): Promise<number> {
  await using file = await open(disk);
  const found = (await file.stat()).size;
  for (const sectorSize of sectorSizes) {
    const { buffer } = await file.read(Buffer.alloc(92), 0, 92, sectorSize);
    if (buffer.toString("latin1", 0, 8) !== "EFI PART") continue;
    const size = (Number(buffer.readBigUInt64LE(32)) + 1) * sectorSize;
    if (found >= size) return sectorSize;
    throw invalid(name, `a disk of ${size} bytes, the size in its partition table`, `${found} bytes`);
  }
  throw invalid(name, "a GPT", "none");
}

function invalid(name: string, what: string, found: string): KilnError {
  return new KilnError("disk-image-invalid", {
    expected: `${name} to contain ${what}`,
    found,
    next: "download it again, and verify its signature",
  });
}
