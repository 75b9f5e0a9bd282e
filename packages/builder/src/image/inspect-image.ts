import { KilnError } from "@sysext-kiln/error";
import type { Architecture } from "@sysext-kiln/extension";
import { openRegularFile } from "@sysext-kiln/machine";
import { checkExtensionRelease, parseExtensionRelease } from "./extension-release.ts";
import { dateOf, isMounted, readFrom, unreadable, type OpenImage } from "./image-file-system.ts";
import { imagePath, withImage, type ReadImage } from "./image-in-sandbox.ts";
import { partitionFor, type ImagePartition } from "./image-partitions.ts";

/** What is known about an image that anybody may have made. */
export interface InspectedImage {
  /** The date of the image, in seconds since 1970; 0 if that is not known. */
  epoch: number;
  /** What could not be checked, each completing the sentence "not checked: ...". */
  unchecked: readonly string[];
}

/**
 * Checks that a file is an image that systemd-sysext merges as an extension on hosts of an architecture, as far as that
 * shows without mounting it: a file system, or a disk with a GPT or an MBR, with an extension-release file. It
 * may be hostile, so programs read it in the sandbox.
 * @throws KilnError `extension-image-invalid`, `architecture-mismatch`, `sandbox-unavailable`
 */
export async function inspectImage(
  path: string,
  name: string,
  architecture: Architecture,
): Promise<InspectedImage> {
  await using file = await openRegularFile(path, { followLink: true });
  return await withImage(path, async (read) => {
    const image = { file, read };
    const { partition, type } = await locate(image, path, name, architecture);
    const epoch = await dateOf(image, { type, offset: partition.offset });
    const unchecked = partition.hasVerity
      ? [`whether ${path} has the contents that its dm-verity hashes are for`]
      : [];
    const release = `usr/lib/extension-release.d/extension-release.${name}`;
    const inPartition = partition.isUsr ? release.slice("usr/".length) : release;
    const text = await readFrom(image, { type, offset: partition.offset }, inPartition);
    if (text === undefined) throw noImage(path, name, `a ${type} without that file`);
    if (text === unreadable) {
      unchecked.push(`the extension-release file in ${path} and its architecture: ${whyUnreadable(type)}`);
      return { epoch, unchecked };
    }
    const parsed = parseExtensionRelease(text);
    const needs = checkExtensionRelease(parsed, path, name, architecture);
    if (needs !== undefined)
      unchecked.push(`whether the operating system has ${needs}, which ${path} requires`);
    if (partition.architecture !== undefined && partition.architecture !== architecture)
      unchecked.push(`whether ${path} suits ${architecture}: its partition is for ${partition.architecture}`);
    return { epoch, unchecked };
  });
}

const wholeImage: ImagePartition = { offset: 0, isUsr: false, hasVerity: false, architecture: undefined };

/**
 * The file system of an image: the whole image, or one of its partitions.
 * @throws KilnError `extension-image-invalid` unless systemd-sysext mounts it
 */
async function locate(
  image: OpenImage,
  path: string,
  name: string,
  architecture: Architecture,
): Promise<{ partition: ImagePartition; type: string }> {
  const { type, table } = await probe(image.read, 0);
  if (isMounted(type)) return { partition: wholeImage, type };
  // The table of a disk with large sectors looks like its protective MBR alone.
  if (!["gpt", "dos", "PMBR"].includes(table)) throw noImage(path, name, describeType(type));
  const partition = await partitionFor(architecture, image);
  if (partition === undefined) throw noImage(path, name, "a disk without a partition for /usr or the root");
  const inside = await probe(image.read, partition.offset);
  if (isMounted(inside.type)) return { partition, type: inside.type };
  throw noImage(path, name, `a disk whose partition has ${describeType(inside.type)}`);
}

function whyUnreadable(type: string): string {
  if (type === "crypto_LUKS") return "it is encrypted";
  const reason = type === "erofs" ? "is in a form that" : "is a file system that";
  return `${type} ${reason} kiln cannot read without mounting it`;
}

/** What blkid detects at an offset: a file system, or a partition table. */
async function probe(read: ReadImage, offset: number): Promise<{ type: string; table: string }> {
  const { stdout } = await read([
    "blkid",
    "--probe",
    "--output",
    "export",
    "--offset",
    String(offset),
    imagePath,
  ]);
  const valueOf = (key: string) => new RegExp(`^${key}=(.*)$`, "m").exec(stdout)?.[1] ?? "";
  return { type: valueOf("TYPE"), table: valueOf("PTTYPE") };
}

function describeType(type: string): string {
  return type === "" ? "no known file system" : `${type}, which systemd-sysext does not mount`;
}

function noImage(path: string, name: string, found: string): KilnError {
  return new KilnError("extension-image-invalid", {
    expected: `${path} to be an image of the extension ${name}: squashfs, erofs, ext4, btrfs, f2fs, vfat, xfs, or a disk with one of them, with usr/lib/extension-release.d/extension-release.${name}`,
    found,
    next: `build it with ./kiln build ${name}, or get it from whoever made it`,
  });
}
