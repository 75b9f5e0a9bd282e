import { assemblers, type ProgramMachine } from "./assembler.ts";

/**
 * The argument of a call: a number, the address of a text, or the index of an earlier call, for its result.
 */
export type Argument = number | bigint | string | { resultOf: number };

/** One system call. */
export type Call = readonly [name: keyof typeof numbers, ...args: Argument[]];

/** The numbers of system calls on x86-64 and arm64, from the kernel's headers. */
const numbers = {
  bpf: [321, 280],
  chdir: [80, 49],
  chroot: [161, 51],
  clone: [56, 220],
  connect: [42, 203],
  exit: [231, 94],
  fcntl: [72, 25],
  getresuid: [118, 148],
  io_uring_setup: [425, 425],
  ioctl: [16, 29],
  keyctl: [250, 219],
  kill: [62, 129],
  mknodat: [259, 33],
  mmap: [9, 222],
  mount: [165, 40],
  nanosleep: [35, 101],
  openat: [257, 56],
  pivot_root: [155, 41],
  prctl: [157, 167],
  process_vm_readv: [310, 270],
  ptrace: [101, 117],
  read: [0, 63],
  sendfile: [40, 71],
  setns: [308, 268],
  setresuid: [117, 147],
  socket: [41, 198],
  umount2: [166, 39],
  unlinkat: [263, 35],
  unshare: [272, 97],
  wait4: [61, 260],
  write: [1, 64],
} as const;

const headersSize = 64 + 56;
const base = 0x40_0000;
const AT_FDCWD = -100;
/** O_WRONLY, O_CREAT and O_APPEND. */
const appendTo = 0o2101;

/**
 * A static program without libraries that makes system calls one after the other, whatever their results, and
 * appends the results to a file, 8 bytes each. It needs no compiler on either machine. A call that never
 * returns, or that starts a process, works as in any program: every process continues with the next call.
 */
export function callProgram(machine: ProgramMachine, answers: string, calls: readonly Call[]): Buffer {
  const { elfNumber, callSize, assemble } = assemblers[machine];
  const data = base + headersSize + callSize * (calls.length + 3);
  const addressOf = (index: number) => data + 8 * index;

  const texts: Buffer[] = [];
  let end = addressOf(calls.length + 3);
  const writeText = (text: string) => {
    const address = end;
    const bytes = Buffer.from(`${text}\0`, "latin1");
    texts.push(bytes);
    end += bytes.length;
    return address;
  };

  const all: Call[] = [
    ["openat", AT_FDCWD, answers, appendTo, 0o666],
    ...calls,
    ["write", { resultOf: -1 }, addressOf(1), 8 * calls.length],
    ["exit", 0],
  ];
  const code = all.map(([name, ...args], index) =>
    assemble({
      number: numbers[name][machine === "x86-64" ? 0 : 1],
      args: args.map((argument) => {
        if (typeof argument === "string") return { value: BigInt(writeText(argument)) };
        if (typeof argument === "object") return { at: BigInt(addressOf(argument.resultOf + 1)) };
        return { value: BigInt.asUintN(64, BigInt(argument)) };
      }),
      resultAt: BigInt(addressOf(index)),
    }),
  );
  return elf(elfNumber, Buffer.concat([...code, Buffer.alloc(8 * all.length), ...texts]));
}

/** An executable with one segment, which is readable, writable and executable. */
function elf(machine: number, body: Buffer): Buffer {
  const header = Buffer.alloc(headersSize);
  const size = BigInt(headersSize + body.length);
  Buffer.from("7f454c460201010000", "hex").copy(header);
  header.writeUInt16LE(2, 16); // an executable
  header.writeUInt16LE(machine, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(BigInt(base + headersSize), 24); // where it starts
  header.writeBigUInt64LE(64n, 32); // where the program header is
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt32LE(1, 64); // to be loaded
  header.writeUInt32LE(7, 68); // readable, writable, executable
  header.writeBigUInt64LE(BigInt(base), 80);
  header.writeBigUInt64LE(BigInt(base), 88);
  header.writeBigUInt64LE(size, 96);
  header.writeBigUInt64LE(size, 104);
  header.writeBigUInt64LE(0x1000n, 112);
  return Buffer.concat([header, body]);
}

/** The results that a program has written, in the order of its calls; negative ones are error numbers. */
export function readAnswers(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 8 }, (_, index) => Number(bytes.readBigInt64LE(8 * index)));
}
