import { open, type FileHandle } from "node:fs/promises";

/** What a disk was asked to do: to write bytes at an offset, or to make everything before it permanent. */
export type DiskEvent = { kind: "write"; offset: number; bytes: Buffer } | { kind: "flush" };

/** As the kernel's dm-log-writes and QEMU's blklogwrites write it (drivers/md/dm-log-writes.c). */
const magic = 0x6a736677736872n;
const flags = { flush: 1n, discard: 4n };

/** The unit of the log's offsets and lengths, in bytes. */
export const logSectorSize = 512;

/** Reads a log of dm-log-writes, whose order is that in which the disk got the requests. */
export async function readBlockLog(path: string): Promise<DiskEvent[]> {
  await using file = await open(path);
  const superBlock = await bytesAt(file, 0, logSectorSize);
  const sectorSize = superBlock.readUInt32LE(24);
  if (superBlock.readBigUInt64LE(0) !== magic || sectorSize !== logSectorSize)
    throw new Error(`${path} is not a log of block writes with sectors of ${logSectorSize} bytes`);
  const count = Number(superBlock.readBigUInt64LE(16));
  const events: DiskEvent[] = [];
  let position = logSectorSize;
  for (let index = 0; index < count; index += 1) {
    const entry = await bytesAt(file, position, logSectorSize);
    position += logSectorSize;
    const offset = Number(entry.readBigUInt64LE(0)) * logSectorSize;
    const length = Number(entry.readBigUInt64LE(8)) * logSectorSize;
    const flag = entry.readBigUInt64LE(16);
    if ((flag & flags.flush) !== 0n) events.push({ kind: "flush" });
    // What a discarded block contains is undefined, so it may as well be what it contained before.
    if ((flag & flags.discard) !== 0n || length === 0) continue;
    events.push({ kind: "write", offset, bytes: await bytesAt(file, position, length) });
    position += length;
  }
  return events;
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead !== length) throw new Error(`the log of block writes ends at ${position + bytesRead}`);
  return buffer;
}
