import { hash } from "node:crypto";

/** What a snapshot of etcd contains: the keys and values of each bucket. */
export type SnapshotContents = Readonly<Record<string, Readonly<Record<string, string | Buffer>>>>;

const pageSize = 4096;
const headerSize = 16;
const elementSize = 16;

interface Element {
  flags: number;
  key: Buffer;
  value: Buffer;
}

/**
 * A small snapshot, as `etcdctl snapshot save` writes it: a bbolt database and its digest. The first bucket
 * is on pages of its own, below a branch; the others are inline.
 */
export function snapshotFile(contents: SnapshotContents): Buffer {
  const buckets = Object.entries(contents).map(([name, entries]) => ({
    name,
    elements: elementsOf(entries),
  }));
  const [first, ...others] = buckets;
  // The root is page 3; the first bucket has the branch 4, and the leaves from 5 on, one for each key.
  const leaves = first?.elements.map((element, index) => leafPage(5 + index, [element])) ?? [];
  const root = [
    ...(first === undefined ? [] : [bucket(first.name, bucketHeader(4n))]),
    ...others.map(({ name, elements }) =>
      bucket(name, Buffer.concat([bucketHeader(0n), page(0, 2, elements)])),
    ),
  ].toSorted((left, right) => Buffer.compare(left.key, right.key));
  const database = Buffer.concat([
    metaPage(0, 7n),
    metaPage(1, 6n),
    padded(page(2, 16, [])),
    leafPage(3, root),
    padded(branchPage(4, first?.elements ?? [])),
    ...leaves,
  ]);
  return Buffer.concat([database, Buffer.from(hash("sha256", database), "hex")]);
}

function elementsOf(entries: SnapshotContents[string]): Element[] {
  return Object.entries(entries)
    .map(([key, value]) => ({ flags: 0, key: Buffer.from(key), value: Buffer.from(value) }))
    .toSorted((left, right) => Buffer.compare(left.key, right.key));
}

function bucket(name: string, value: Buffer): Element {
  return { flags: 1, key: Buffer.from(name), value };
}

function bucketHeader(root: bigint): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64LE(root);
  return bytes;
}

function metaPage(id: number, transaction: bigint): Buffer {
  const meta = padded(header(id, 4, 0));
  meta.writeUInt32LE(0xed_0c_da_ed, 16);
  meta.writeUInt32LE(2, 20);
  meta.writeUInt32LE(pageSize, 24);
  meta.writeBigUInt64LE(3n, 32);
  meta.writeBigUInt64LE(transaction, 64);
  return meta;
}

function leafPage(id: number, elements: readonly Element[]): Buffer {
  return padded(page(id, 2, elements));
}

function page(id: number, flags: number, elements: readonly Element[]): Buffer {
  let position = headerSize + elements.length * elementSize;
  const heads = elements.map((element, index) => {
    const head = Buffer.alloc(elementSize);
    head.writeUInt32LE(element.flags, 0);
    head.writeUInt32LE(position - (headerSize + index * elementSize), 4);
    head.writeUInt32LE(element.key.length, 8);
    head.writeUInt32LE(element.value.length, 12);
    position += element.key.length + element.value.length;
    return head;
  });
  const bodies = elements.flatMap(({ key, value }) => [key, value]);
  return Buffer.concat([header(id, flags, elements.length), ...heads, ...bodies]);
}

function branchPage(id: number, elements: readonly Element[]): Buffer {
  const heads = elements.map((_, index) => {
    const head = Buffer.alloc(elementSize);
    head.writeBigUInt64LE(BigInt(5 + index), 8);
    return head;
  });
  return Buffer.concat([header(id, 1, elements.length), ...heads]);
}

function header(id: number, flags: number, count: number): Buffer {
  const bytes = Buffer.alloc(headerSize);
  bytes.writeBigUInt64LE(BigInt(id));
  bytes.writeUInt16LE(flags, 8);
  bytes.writeUInt16LE(count, 10);
  return bytes;
}

function padded(bytes: Buffer): Buffer {
  if (bytes.length > pageSize) throw new Error("too much for one page");
  return Buffer.concat([bytes, Buffer.alloc(pageSize - bytes.length)]);
}
