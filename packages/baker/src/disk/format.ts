import { open } from "node:fs/promises";
import { KilnError } from "@sysext-kiln/error";

/** The formats of disk images that vendors accept. */
export const diskFormats = ["raw", "qcow2", "vmdk", "vhd", "gcp"] as const;

/** `gcp` is a gzip-compressed tar archive of a raw `disk.raw`. */
export type DiskFormat = (typeof diskFormats)[number];

/** The formats that are not archives. */
export type PlainFormat = Exclude<DiskFormat, "gcp">;

/** QEMU's names of the formats. */
export const qemuFormats: Readonly<Record<PlainFormat, string>> = {
  raw: "raw",
  qcow2: "qcow2",
  vmdk: "vmdk",
  vhd: "vpc",
};

/**
 * Detects the format of an image. QEMU would detect a fixed VHD as raw, because only its end identifies it.
 * @param name the image's name in errors
 * @throws KilnError `disk-image-invalid`
 */
export async function formatOf(path: string, name: string): Promise<PlainFormat> {
  await using file = await open(path);
  const { size } = await file.stat();
  const read = async (position: number) =>
    (await file.read(Buffer.alloc(1024), 0, 1024, Math.max(0, position))).buffer.toString("latin1");
  const head = await read(0);
  if (head.startsWith("QFI\xfb")) return "qcow2";
  if (head.startsWith("KDMV")) return "vmdk";
  // A footer at the end of every VHD; a copy at the start of dynamic ones (Virtual Hard Disk Image Format
  // Specification).
  if (head.startsWith("conectix") || (await read(size - 512)).startsWith("conectix")) return "vhd";
  if (head.slice(512).startsWith("EFI PART")) return "raw";
  throw notADisk(
    name,
    head.startsWith("# Disk DescriptorFile")
      ? "a VMDK of several files"
      : `a file that begins with the bytes ${Buffer.from(head.slice(0, 8), "latin1").toString("hex")}`,
  );
}

/**
 * Whether a file is a tar archive, by its first bytes, and whether its first member is stored without its
 * holes (tar(5)).
 */
export function archiveKind(head: Buffer): "sparse" | "plain" | undefined {
  if (head.toString("latin1", 257, 262) !== "ustar") return undefined;
  return head.toString("latin1", 156, 157) === "S" ? "sparse" : "plain";
}

function notADisk(name: string, found: string): KilnError {
  return new KilnError("disk-image-invalid", {
    expected: `${name} to be a disk image: raw with a GPT, qcow2, VMDK, VHD, or gcp's tar.gz, compressed or not`,
    found,
    next: "download one of the images that docs/baking.md lists; unpack an .ova or .zip first",
  });
}
