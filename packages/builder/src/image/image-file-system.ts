import type { FileHandle } from "node:fs/promises";
import { imagePath, withRestOf, type ReadImage } from "./image-in-sandbox.ts";

/** An image that is open here, and in the sandbox. */
export interface OpenImage {
  file: FileHandle;
  read: ReadImage;
}

/** A file system in an image, which is the whole image or one of its partitions. */
export interface ImageFileSystem {
  /** As blkid names it: `squashfs`. */
  type: string;
  /** Where it begins, in bytes. */
  offset: number;
}

/** The text of a small file; undefined if there is none. */
type SmallFile = string | undefined | typeof unreadable;

/** A file that exists, or may exist, and that no program here can read. */
export const unreadable = Symbol("unreadable");

/** How a file system is read without mounting it. */
interface Kind {
  /** Where it has the date when it was made, in seconds since 1970 with 32 bits; in bytes from its beginning. */
  date: number;
  readFile(image: OpenImage, offset: number, path: string): Promise<SmallFile>;
}

const kinds: Readonly<Record<string, Kind>> = {
  // Linux, Documentation/filesystems/squashfs.rst
  squashfs: {
    date: 8,
    async readFile({ read }, offset, path) {
      const { status, stdout } = await read(["unsquashfs", "-o", String(offset), "-cat", imagePath, path]);
      return status === 0 ? stdout : undefined;
    },
  },
  // Linux, Documentation/filesystems/ext4/super.rst, s_mkfs_time
  ext4: {
    date: 1024 + 0x108,
    async readFile({ read }, offset, path) {
      const device = `${imagePath}?offset=${offset}`;
      const { stdout, stderr } = await read(["debugfs", "-R", `cat "/${path}"`, device]);
      // It exits with 0 even on errors, and first prints its version.
      return stderr.trim().split("\n").length > 1 ? undefined : stdout;
    },
  },
  // Linux, fs/erofs/erofs_fs.h, build_time
  erofs: { date: 1024 + 24, readFile: readFromErofs },
};

/** Those that systemd mounts, but that are not read here (systemd, `dissect_fstype_ok`). */
const onlyMounted: readonly string[] = ["btrfs", "f2fs", "vfat", "xfs", "crypto_LUKS"];

/** Whether systemd-sysext mounts file systems of this type. */
export function isMounted(type: string): boolean {
  return kinds[type] !== undefined || onlyMounted.includes(type);
}

/** The date when a file system was made, in seconds since 1970; 0 if that is not known. */
export async function dateOf({ file }: OpenImage, { type, offset }: ImageFileSystem): Promise<number> {
  const kind = kinds[type];
  if (kind === undefined) return 0;
  const { buffer } = await file.read(Buffer.alloc(4), 0, 4, offset + kind.date);
  return buffer.readUInt32LE();
}

/** Reads a small file of a file system. @param path without a slash at its beginning */
export async function readFrom(
  image: OpenImage,
  { type, offset }: ImageFileSystem,
  path: string,
): Promise<SmallFile> {
  const kind = kinds[type];
  return kind === undefined ? unreadable : await kind.readFile(image, offset, path);
}

/** The largest extension-release file that is read, in bytes. */
const largest = 64 * 1024;

/**
 * Reads a file of an erofs. Its programs extract only whole images, and know only some compressions, but they tell
 * where the bytes of a file are, and files as small as these are not compressed. They find no file system with an
 * offset.
 */
async function readFromErofs({ file, read }: OpenImage, offset: number, path: string): Promise<SmallFile> {
  const dump = (from: ReadImage) => from(["dump.erofs", `--path=/${path}`, "-e", imagePath]);
  const { status, stdout } = offset === 0 ? await dump(read) : await withRestOf(file, offset, dump);
  if (status !== 0 || !stdout.includes("regular file")) return undefined;
  const isPlain = /Layout: [02] /.test(stdout);
  const size = Number(/^Size: (\d+) /m.exec(stdout)?.[1]);
  if (!isPlain || size > largest) return unreadable;
  const parts: Buffer[] = [];
  for (const [, length, start] of stdout.matchAll(/^ +\d+:.*\| +(\d+) : +(\d+)\.\. +\d+ \|/gm)) {
    const part = Math.min(Number(length), largest);
    if (!Number.isSafeInteger(offset + Number(start))) return undefined;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(part), 0, part, offset + Number(start));
    parts.push(buffer.subarray(0, bytesRead));
  }
  return Buffer.concat(parts).subarray(0, size).toString();
}
