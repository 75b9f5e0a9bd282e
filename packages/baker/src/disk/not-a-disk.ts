import { basename } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { withoutCompression } from "./compression.ts";

/** Where an ISO 9660 image has its identifier. */
export const isoHeader = 32_769;

/** The parts of a file by which its kind is detected, in Latin-1. */
export interface FileParts {
  /** The first 8 KiB, followed by zeros if the file is shorter. */
  head: string;
  /** The last 512 bytes. */
  end: string;
  /** What is at `isoHeader`. */
  isoHead: string;
  /** In bytes. */
  size: number;
}

interface Kind {
  name: string;
  matches: (parts: FileParts) => boolean;
  /** @param file the file's name without the ending of a compression, as a shell reads it */
  next: (file: string) => string;
}

const startsWith =
  (text: string, at = 0) =>
  ({ head }: FileParts) =>
    head.startsWith(text, at);
const toQcow2 = (format: string) => (file: string) =>
  `convert it: qemu-img convert -f ${format} -O qcow2 ${file} disk.qcow2`;
const unpack = (command: string) => (file: string) => `unpack it: ${command} ${file}`;
const noDisk = () => "download a disk image; docs/baking.md lists those of Flatcar";

/** Kinds of files that are not baked, although people try. */
const kinds: readonly Kind[] = [
  { name: "an empty file", matches: ({ size }) => size === 0, next: () => "download it again" },
  {
    name: "an HTML page, as servers send it in place of a missing file",
    matches: ({ head }) => /^\s*<(!doctype html|html)\b/i.test(head),
    next: () => "check the URL, and download it again",
  },
  { name: "a signature", matches: startsWith("-----BEGIN PGP"), next: () => "give the file that it signs" },
  { name: "a zip archive", matches: startsWith("PK\x03\x04"), next: unpack("unzip") },
  { name: "a 7z archive", matches: startsWith("7z\xbc\xaf\x27\x1c"), next: unpack("7z x") },
  { name: "lz4 data", matches: startsWith("\x04\x22\x4d\x18"), next: unpack("lz4 -d") },
  { name: "lzip data", matches: startsWith("LZIP"), next: unpack("lzip -d") },
  { name: "an ISO image", matches: ({ isoHead }) => isoHead.startsWith("CD001"), next: noDisk },
  { name: "an initramfs, as PXE boots it", matches: startsWith("07070"), next: noDisk },
  { name: "a kernel, as PXE boots it", matches: startsWith("HdrS", 0x202), next: noDisk },
  { name: "a VMDK of several files", matches: startsWith("# Disk DescriptorFile"), next: toQcow2("vmdk") },
  { name: "a VMDK of ESX (COWD)", matches: startsWith("COWD"), next: toQcow2("vmdk") },
  { name: "a qcow, the format before qcow2", matches: startsWith("QFI\xfb"), next: toQcow2("qcow") },
  { name: "a QED", matches: startsWith("QED\0"), next: toQcow2("qed") },
  { name: "an image of Parallels", matches: startsWith("WithoutFreeSpace"), next: toQcow2("parallels") },
  { name: "an image of Parallels", matches: startsWith("WithouFreSpacExt"), next: toQcow2("parallels") },
  { name: "a DMG of macOS", matches: ({ end }) => end.startsWith("koly"), next: toQcow2("dmg") },
  {
    name: "a squashfs image, as extensions are",
    matches: startsWith("hsqs"),
    next: () => "give the disk image first, and then the extension: kiln bake DISK NAME=FILE",
  },
  { name: "an encrypted volume (LUKS)", matches: startsWith("LUKS\xba\xbe"), next: noDisk },
  {
    name: "an ext file system without a partition table",
    matches: startsWith("\x53\xef", 1080),
    next: () => "give the image of the whole disk, which has a partition ROOT",
  },
  {
    name: "a disk with an MBR instead of a GPT",
    matches: startsWith("\x55\xaa", 510),
    next: () => "use a disk image of Flatcar, which has a GPT",
  },
];

/**
 * The error for a file that is not a disk image, or one of a format that is not baked.
 * @param input the file as the user named it
 */
export function notADisk(input: string, parts: FileParts): KilnError {
  const kind = kinds.find(({ matches }) => matches(parts));
  const start = Buffer.from(parts.head.slice(0, 8), "latin1").toString("hex");
  const file = withoutCompression(input);
  const unpacked = file === input ? "" : `decompress it to ${quoted(basename(file))} first; then `;
  return new KilnError("disk-image-invalid", {
    expected: `${input} to be a disk image: raw with a GPT, qcow2, VMDK, VHD, VHDX, VDI, or gcp's tar.gz, compressed or not`,
    found: kind?.name ?? `a file that begins with the bytes ${start}`,
    next:
      kind === undefined
        ? "download one of the images that docs/baking.md lists"
        : `${unpacked}${kind.next(quoted(file === input ? file : basename(file)))}`,
  });
}

/** The error for an archive of a virtual machine. */
export function isOva(input: string): KilnError {
  return new KilnError("disk-image-invalid", {
    expected: `${input} to be a disk image`,
    found: "an .ova, an archive with a disk and the description of a virtual machine",
    next: `unpack it with: tar -xf ${quoted(input)}; then bake the .vmdk in it`,
  });
}

/** A path as a shell reads it. */
function quoted(path: string): string {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
