import type { Architecture } from "@sysext-kiln/extension";

/** The address to which a linker would assign a program. */
const base = 0x400000n;
const headersSize = 64 + 56;

/** ELF's number of the machine (e_machine), and code that prints the `length` bytes behind it and exits. */
const machines: Record<Architecture, { number: number; code: (length: number) => Buffer }> = {
  "x86-64": {
    number: 62,
    code: (length) =>
      Buffer.concat([
        Buffer.from("b801000000bf01000000", "hex"), // mov eax, 1 (write); mov edi, 1
        Buffer.from("488d3510000000", "hex"), // lea rsi, [rip + 16]
        Buffer.from("ba", "hex"), // mov edx, length
        littleEndian(length),
        Buffer.from("0f05", "hex"), // syscall
        Buffer.from("b83c00000031ff0f05", "hex"), // mov eax, 60 (exit); xor edi, edi; syscall
      ]),
  },
  arm64: {
    number: 183,
    code: (length) =>
      Buffer.concat(
        [
          0xd2800020, // mov x0, 1
          0x100000e1, // adr x1, +28
          0xd2800002 | (length << 5), // mov x2, length
          0xd2800808, // mov x8, 64 (write)
          0xd4000001, // svc 0
          0xd2800000, // mov x0, 0
          0xd2800ba8, // mov x8, 93 (exit)
          0xd4000001, // svc 0
        ].map(littleEndian),
      ),
  },
};

/**
 * A complete static program of about 200 bytes that prints a text and exits: a real program for the pipeline,
 * for any architecture and without a compiler (ELF-64 object file format; the kernel's system call tables).
 */
export function tinyProgram(architecture: Architecture, text: string): Buffer {
  const message = Buffer.from(text, "utf8");
  const { number, code } = machines[architecture];
  const body = Buffer.concat([code(message.length), message]);

  const header = Buffer.alloc(64);
  Buffer.from("7f454c460201010000", "hex").copy(header);
  header.writeUInt16LE(2, 16); // an executable
  header.writeUInt16LE(number, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(base + BigInt(headersSize), 24); // where it starts
  header.writeBigUInt64LE(64n, 32); // where the program header is
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt16LE(64, 58);

  const segment = Buffer.alloc(56);
  segment.writeUInt32LE(1, 0); // to be loaded
  segment.writeUInt32LE(5, 4); // readable and executable
  segment.writeBigUInt64LE(base, 16);
  segment.writeBigUInt64LE(base, 24);
  segment.writeBigUInt64LE(BigInt(headersSize + body.length), 32);
  segment.writeBigUInt64LE(BigInt(headersSize + body.length), 40);
  segment.writeBigUInt64LE(0x1000n, 48);
  return Buffer.concat([header, segment, body]);
}

function littleEndian(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value >>> 0);
  return buffer;
}
