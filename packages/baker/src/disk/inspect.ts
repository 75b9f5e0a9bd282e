import { open, stat } from "node:fs/promises";
import { isKilnError, KilnError } from "@sysext-kiln/error";
import { firstBytes } from "./compression.ts";
import { qemuFormats, type PlainFormat } from "./format.ts";
import { checkDisk, diskInfo, type DiskInfo } from "./qemu-img.ts";

/** Properties of an image that are needed before its contents are read. */
export interface Inspected {
  /** The size of the disk in it, in bytes. */
  size: number;
  /** The options with which qemu-img writes the same kind of image. */
  options: readonly string[];
}

/**
 * Inspects an image in one of QEMU's formats. The missing part of a truncated image would read as zeros, and
 * an image that refers to another file of this machine would include its contents: both are refused.
 * @throws KilnError `disk-image-invalid`
 */
export async function inspectDisk(path: string, format: PlainFormat): Promise<Inspected> {
  const info = await diskInfo(path, qemuFormats[format]).catch((cause: unknown) => {
    const reason = isKilnError(cause, "command-failed") ? `: ${cause.found}` : "";
    throw invalid(path, `an undamaged ${format}`, `QEMU cannot open it${reason}`, cause);
  });
  if (info.otherFile !== undefined) {
    throw invalid(path, "a self-contained image", `one that refers to ${info.otherFile}`);
  }
  return { size: info.size, options: await optionsOf[format](path, info) };
}

type OptionsOf = (path: string, info: DiskInfo) => Promise<string[]>;

const optionsOf: Readonly<Record<PlainFormat, OptionsOf>> = {
  raw: () => Promise.resolve([]),
  async qcow2(path, { compat = "1.1" }) {
    const compressed = (await compressedClusters(path, "qcow2")) > 0;
    return [...(compressed ? ["-c"] : []), "-o", `compat=${compat}`];
  },
  async vmdk(path, { createType = "an unknown type" }) {
    if (!["monolithicSparse", "streamOptimized"].includes(createType)) {
      throw invalid(path, "a VMDK of a single file", createType);
    }
    await compressedClusters(path, "vmdk");
    return ["-o", `subformat=${createType},adapter_type=${await adapterOf(path)}`];
  },
  async vhd(path) {
    return ["-o", `subformat=${await subformatOf(path)},force_size=on`];
  },
  async vhdx(path, { size }) {
    await compressedClusters(path, "vhdx");
    // Nothing else of a fixed one matters: it has all its blocks.
    return ["-o", `subformat=${(await stat(path)).size >= size ? "fixed" : "dynamic"}`];
  },
  async vdi(path) {
    await compressedClusters(path, "vdi");
    const { type, size } = await vdiHeader(path);
    const found = (await stat(path)).size;
    // QEMU does not notice that blocks are missing at the end.
    if (found < size) throw invalid(path, `a vdi of ${size} bytes, as its header says`, `${found} bytes`);
    return ["-o", `static=${type === 2 ? "on" : "off"}`];
  },
};

async function compressedClusters(path: string, format: PlainFormat): Promise<number> {
  const outcome = await checkDisk(path, qemuFormats[format]);
  if ("damage" in outcome) throw invalid(path, `an undamaged ${format}`, outcome.damage);
  return outcome.compressedClusters;
}

/** The controller that a VMDK is for, from the description at its beginning. */
async function adapterOf(path: string): Promise<string> {
  const head = (await firstBytes(path, "none", 64 * 1024)).toString("latin1");
  return /^ddb\.adapterType = "(ide|buslogic|lsilogic|legacyESX)"/m.exec(head)?.[1] ?? "lsilogic";
}

/** The kind of a VHD, from its footer (Virtual Hard Disk Image Format Specification, "Disk Type"). */
async function subformatOf(path: string): Promise<"fixed" | "dynamic"> {
  await using file = await open(path);
  const { size } = await file.stat();
  const { buffer } = await file.read(Buffer.alloc(512), 0, 512, size - 512);
  return buffer.readUInt32BE(60) === 2 ? "fixed" : "dynamic";
}

/**
 * What the header of a VDI says (QEMU, block/vdi.c): the size of the file in bytes, and its type, which is 1 if it
 * grows, and 2 if it has all its blocks.
 */
async function vdiHeader(path: string): Promise<{ type: number; size: number }> {
  const header = await firstBytes(path, "none", 512);
  const field = (offset: number) => header.readUInt32LE(offset);
  const [type, firstBlock, blockSize, allocatedBlocks] = [field(76), field(344), field(376), field(388)];
  return { type, size: firstBlock + blockSize * allocatedBlocks };
}

function invalid(path: string, what: string, found: string, cause?: unknown): KilnError {
  return new KilnError("disk-image-invalid", {
    expected: `${path} to be ${what}`,
    found,
    next: "download it again, and verify its signature",
    cause,
  });
}
