import * as fc from "fast-check";

/** Numbers at which sizes and offsets overflow. */
const edges = [
  0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000,
  0xffff_ffff_ffff,
]
  .map(BigInt)
  .concat(0x7fff_ffff_ffff_ffffn, 0xffff_ffff_ffff_ffffn);

const integers = edges.flatMap((edge) =>
  [1, 2, 4, 8].flatMap((width) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(edge);
    const bigEndian = bytes.subarray(8 - width);
    return [bigEndian, Buffer.from([...bigEndian].toReversed())];
  }),
);

/** Where a mutation happens, as a fraction of the length: often in the first bytes, where headers are. */
const position = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.nat(512).map((offset) => ({ offset })),
);
type Position = number | { offset: number };

const length = fc.oneof(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 4096 }));

type Mutation = (bytes: Buffer) => Buffer;

function mutation(samples: readonly Buffer[], tokens: readonly Buffer[]): fc.Arbitrary<Mutation> {
  const token = fc.oneof(
    fc.constantFrom(...integers, ...tokens),
    fc.uint8Array({ minLength: 1, maxLength: 16 }).map((bytes) => Buffer.from(bytes)),
  );
  return fc.oneof(
    fc.record({ at: position, bit: fc.nat(7) }).map(({ at, bit }) => (bytes: Buffer) => {
      const copy = Buffer.from(bytes);
      const index = indexOf(at, copy);
      if (index < copy.length) copy[index] = (copy[index] ?? 0) ^ (1 << bit);
      return copy;
    }),
    fc.record({ at: position, put: token }).map(
      ({ at, put }) =>
        (bytes: Buffer) =>
          replace(bytes, at, put.length, put),
    ),
    fc.record({ at: position, put: token }).map(
      ({ at, put }) =>
        (bytes: Buffer) =>
          replace(bytes, at, 0, put),
    ),
    fc.record({ at: position, count: length }).map(
      ({ at, count }) =>
        (bytes: Buffer) =>
          replace(bytes, at, count, Buffer.alloc(0)),
    ),
    fc.record({ at: position, count: length }).map(
      ({ at, count }) =>
        (bytes: Buffer) =>
          replace(bytes, at, count, Buffer.alloc(count)),
    ),
    position.map((at) => (bytes: Buffer) => bytes.subarray(0, indexOf(at, bytes))),
    fc
      .record({ from: position, count: length, at: position, times: fc.integer({ min: 1, max: 64 }) })
      .map(({ from, count, at, times }) => (bytes: Buffer) => {
        const start = indexOf(from, bytes);
        const part = bytes.subarray(start, start + count);
        return replace(bytes, at, 0, Buffer.concat(Array.from({ length: times }, () => part)));
      }),
    fc
      .record({ other: fc.constantFrom(...samples), at: position })
      .map(({ other, at }) => (bytes: Buffer) => {
        const index = indexOf(at, bytes);
        return Buffer.concat([bytes.subarray(0, index), other.subarray(Math.min(index, other.length))]);
      }),
  );
}

function indexOf(at: Position, bytes: Buffer): number {
  return typeof at === "number" ? Math.floor(at * bytes.length) : Math.min(at.offset, bytes.length);
}

function replace(bytes: Buffer, at: Position, count: number, put: Buffer): Buffer {
  const index = indexOf(at, bytes);
  return Buffer.concat([bytes.subarray(0, index), put, bytes.subarray(index + count)]);
}

/**
 * Bytes that differ from one of the samples in a few places, or are anything.
 * @param tokens what to insert, besides numbers at which sizes overflow
 */
export function mutatedBytes(
  samples: readonly Uint8Array[],
  tokens: readonly (Uint8Array | string)[] = [],
): fc.Arbitrary<Buffer> {
  const originals = samples.map((sample) => Buffer.from(sample));
  const words = tokens.map((token) => Buffer.from(token));
  const mutated = fc
    .tuple(fc.constantFrom(...originals), fc.array(mutation(originals, words), { maxLength: 8 }))
    .map(([sample, mutations]) => mutations.reduce<Buffer>((bytes, mutate) => mutate(bytes), sample));
  const anything = fc.uint8Array({ maxLength: 1024 }).map((bytes) => Buffer.from(bytes));
  return fc.oneof({ weight: 20, arbitrary: mutated }, { weight: 1, arbitrary: anything });
}
