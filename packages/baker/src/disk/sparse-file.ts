import { open, type FileHandle } from "node:fs/promises";

/** The size of the blocks that become holes if they are zero: also the allocation unit of qcow2. */
const unit = 64 * 1024;
const zeros = Buffer.alloc(unit);

/** Writes a new file in which long runs of zeros take no space. */
export async function writeSparseFile(path: string, source: AsyncIterable<Buffer>): Promise<void> {
  await using file = await open(path, "wx");
  let position = 0;
  for await (const chunk of source) {
    for (const { start, end } of dataIn(chunk))
      await writeAll(file, chunk.subarray(start, end), position + start);
    position += chunk.length;
  }
  // A file that ends with a hole needs its length to be set.
  await file.truncate(position);
}

async function writeAll(file: FileHandle, data: Buffer, position: number): Promise<void> {
  // A disk that fills up first accepts a part of the data, and fails with the reason on the next write.
  for (let at = 0; at < data.length;) {
    at += (await file.write(data, at, data.length - at, position + at)).bytesWritten;
  }
}

/** The ranges that contain data other than zeros. */
function dataIn(chunk: Buffer): { start: number; end: number }[] {
  const ranges: { start: number; end: number }[] = [];
  for (let start = 0; start < chunk.length; start += unit) {
    const end = Math.min(start + unit, chunk.length);
    if (chunk.compare(zeros, 0, end - start, start, end) === 0) continue;
    const last = ranges.at(-1);
    if (last?.end === start) last.end = end;
    else ranges.push({ start, end });
  }
  return ranges;
}
