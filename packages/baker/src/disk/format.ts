import { open } from "node:fs/promises";
import { KilnError } from "@sysext-kiln/error";

/** The forms in which vendors take a disk. */
export const diskFormats = ["raw", "qcow2", "vmdk", "vhd", "gcp"] as const;

/** `gcp` is a gzip-compressed tar archive of a raw `disk.raw`. */
export type DiskFormat = (typeof diskFormats)[number];

/** Those that are a single file by themselves. */
export type PlainFormat = Exclude<DiskFormat, "gcp">;

/** As QEMU calls them. */
export const qemuFormats: Readonly<Record<PlainFormat, string>> = {
  raw: "raw",
  qcow2: "qcow2",
  vmdk: "vmdk",
  vhd: "vpc",
};

/**
 * Tells formats by their first bytes: QEMU's own guess takes a fixed VHD for raw, as only its end tells.
 * @param name what the image is called in errors
 */
export async function formatOf(path: string, name: string): Promise<PlainFormat> {
  await using file = await open(path);
  const { size } = await file.stat();
  const read = async (position: number) =>
    (await file.read(Buffer.alloc(1024), 0, 1024, Math.max(0, position))).buffer.toString("latin1");
  const head = await read(0);
  if (head.startsWith("QFI\xfb")) return "qcow2";
  if (head.startsWith("KDMV")) return "vmdk";
  // A footer at the end of every VHD; a copy at the start of dynamic ones (Virtual Hard Disk Image Format Specification).
  if (head.startsWith("conectix") || (await read(size - 512)).startsWith("conectix")) return "vhd";
  if (head.slice(512).startsWith("EFI PART")) return "raw";
  throw notADisk(
    name,
    head.startsWith("# Disk DescriptorFile") ? "a VMDK of several files" : "something else",
  );
}

/** What a file holds by its first bytes: an archive, perhaps with its first member's holes left out (tar(5)). */
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
