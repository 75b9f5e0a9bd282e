import type { FileHandle } from "node:fs/promises";

/**
 * Reads a bbolt database (https://github.com/etcd-io/bbolt, version 2 of its format), as etcd stores its
 * data. It consists of pages. A page has a header of 16 bytes, with its flags at 8, the number of its
 * elements at 10, and the number of further pages that it extends over at 12; then its elements:
 *
 * - leaf, 16 bytes: flags (1: a bucket), position of the key from here, size of the key, size of the value
 * - branch, 16 bytes: position and size of a key, and the page (8 bytes)
 *
 * The value of a bucket begins with its root page; if that is 0, the page itself follows after 16 bytes.
 */
export interface Database {
  /** The keys and values of a bucket, in the order of the keys; none if there is no such bucket. */
  entries(bucket: string): AsyncGenerator<Entry>;
}

export interface Entry {
  key: Buffer;
  value: Buffer;
}

/** The file is not such a database, or is damaged. */
export class InvalidDatabase extends Error {}

interface Element extends Entry {
  isBucket: boolean;
}

const magic = 0xed_0c_da_ed;
const headerSize = 16;
const elementSize = 16;
const branchFlag = 1;
const leafFlag = 2;
/** The largest page: a value of etcd has 1.5 MB by default, and far less than this in any case. */
const largestPage = 256 * 1024 * 1024;

interface Pages {
  file: FileHandle;
  pageSize: number;
  /** How many pages the file has. */
  count: number;
}

/**
 * Opens the database in a file.
 * @param size how many bytes of the file belong to it
 * @throws InvalidDatabase
 */
export async function openDatabase(file: FileHandle, size: number): Promise<Database> {
  const first = await readMeta(file, 0, size);
  const second = await readMeta(file, first.pageSize, size);
  const { root, pageSize } = second.transaction > first.transaction ? second : first;
  const pages: Pages = { file, pageSize, count: Math.floor(size / pageSize) };
  return {
    async *entries(bucket) {
      for await (const { key, value, isBucket } of elementsOf(pages, root)) {
        if (!isBucket || key.toString() !== bucket) continue;
        yield* elementsOfBucket(pages, value);
        return;
      }
    },
  };
}

/** Pages 0 and 1 describe the database, as of the last two transactions. */
async function readMeta(file: FileHandle, offset: number, size: number) {
  const bytes = await readAt(file, offset, headerSize + 64);
  const pageSize = bytes.readUInt32LE(24);
  if (bytes.readUInt32LE(16) !== magic || bytes.readUInt32LE(20) !== 2)
    throw new InvalidDatabase("it does not begin as a database of etcd does");
  if (pageSize < 1024 || pageSize > 65_536 || size < 3 * pageSize)
    throw new InvalidDatabase(`pages of ${pageSize} bytes in a database of ${size}`);
  return { pageSize, root: bytes.readBigUInt64LE(32), transaction: bytes.readBigUInt64LE(64) };
}

async function* elementsOfBucket(pages: Pages, value: Buffer): AsyncGenerator<Element> {
  if (value.length < 16) throw new InvalidDatabase("a bucket without a root");
  const root = value.readBigUInt64LE(0);
  yield* root === 0n ? leafElements(value.subarray(16)) : elementsOf(pages, root);
}

/**
 * The elements of a page and of those below it. No page is read twice, so that damage cannot make this
 * endless.
 */
async function* elementsOf(pages: Pages, root: bigint, read = new Set<bigint>()): AsyncGenerator<Element> {
  if (read.has(root)) throw new InvalidDatabase(`page ${root} is its own descendant`);
  read.add(root);
  const page = await readPage(pages, root);
  const flags = page.readUInt16LE(8);
  if ((flags & leafFlag) !== 0) yield* leafElements(page);
  else if ((flags & branchFlag) !== 0)
    for (const child of children(page)) yield* elementsOf(pages, child, read);
  else throw new InvalidDatabase(`page ${root} has no elements`);
}

async function readPage({ file, pageSize, count }: Pages, id: bigint): Promise<Buffer> {
  if (id < 2n || id >= BigInt(count)) throw new InvalidDatabase(`no page ${id}`);
  const offset = Number(id) * pageSize;
  const header = await readAt(file, offset, headerSize);
  const length = (header.readUInt32LE(12) + 1) * pageSize;
  if (length > largestPage || offset + length > count * pageSize)
    throw new InvalidDatabase(`page ${id} is too long`);
  return await readAt(file, offset, length);
}

function children(page: Buffer): bigint[] {
  return offsets(page).map((at) => page.readBigUInt64LE(at + 8));
}

function leafElements(page: Buffer): Element[] {
  return offsets(page).map((at) => {
    const [flags, position] = [page.readUInt32LE(at), page.readUInt32LE(at + 4)];
    const [keySize, valueSize] = [page.readUInt32LE(at + 8), page.readUInt32LE(at + 12)];
    const key = at + position;
    if (key + keySize + valueSize > page.length) throw new InvalidDatabase("an element behind its page");
    return {
      isBucket: (flags & 1) !== 0,
      key: page.subarray(key, key + keySize),
      value: page.subarray(key + keySize, key + keySize + valueSize),
    };
  });
}

/** Where the elements of a page begin. */
function offsets(page: Buffer): number[] {
  if (page.length < headerSize) throw new InvalidDatabase("a page without a header");
  const count = page.readUInt16LE(10);
  if (headerSize + count * elementSize > page.length) throw new InvalidDatabase("elements behind their page");
  return Array.from({ length: count }, (_, index) => headerSize + index * elementSize);
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead < length) throw new InvalidDatabase("it ends too early");
  return buffer;
}
