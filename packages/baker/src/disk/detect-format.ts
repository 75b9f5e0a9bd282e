import { open } from "node:fs/promises";
import { sectorSizes, type PlainFormat } from "./format.ts";
import { isoHeader, notADisk } from "./not-a-disk.ts";

/** Where a VDI has its signature (QEMU, block/vdi.c). */
const vdiSignature = 64;

/**
 * Detects the format of an image. QEMU would detect a fixed VHD as raw, because only its end identifies it.
 * @param input the image as the user named it, which may be compressed
 * @throws KilnError `disk-image-invalid`
 */
export async function formatOf(path: string, input: string): Promise<PlainFormat> {
  await using file = await open(path);
  const { size } = await file.stat();
  const read = async (position: number, length: number) =>
    (await file.read(Buffer.alloc(length), 0, length, Math.max(0, position))).buffer.toString("latin1");
  const head = await read(0, 8192);
  // The version of the obsolete format qcow is 1.
  if (head.startsWith("QFI\xfb") && !head.startsWith("\0\0\0\x01", 4)) return "qcow2";
  if (head.startsWith("KDMV")) return "vmdk";
  if (head.startsWith("vhdxfile")) return "vhdx";
  if (head.startsWith("\x7f\x10\xda\xbe", vdiSignature)) return "vdi";
  // A footer at the end of every VHD; a copy at the start of dynamic ones (Virtual Hard Disk Image Format
  // Specification).
  const end = await read(size - 512, 512);
  if (head.startsWith("conectix") || end.startsWith("conectix")) return "vhd";
  if (sectorSizes.some((sectorSize) => head.startsWith("EFI PART", sectorSize))) return "raw";
  throw notADisk(input, { head, end, size, isoHead: await read(isoHeader, 6) });
}

/**
 * What a file is if it is a tar archive, by its first bytes: one of a virtual machine (.ova), or one of a disk, which
 * may be stored without its holes (tar(5)).
 */
export function archiveKind(head: Buffer): "ova" | "sparse" | "plain" | undefined {
  if (head.toString("latin1", 257, 262) !== "ustar") return undefined;
  if (/^[^\0]*\.ovf\0/.test(head.toString("latin1", 0, 100))) return "ova";
  return head.toString("latin1", 156, 157) === "S" ? "sparse" : "plain";
}
