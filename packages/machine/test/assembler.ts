export type ProgramMachine = "x86-64" | "arm64";

/** A system call with the addresses of everything that it needs. */
export interface AssembledCall {
  number: number;
  /** Numbers, or addresses of numbers. */
  args: readonly ({ value: bigint } | { at: bigint })[];
  /** The address to which its result is written. */
  resultAt: bigint;
}

interface Assembler {
  /** ELF's number of the machine (e_machine). */
  elfNumber: number;
  /** The length of the code of any call, in bytes. */
  callSize: number;
  assemble: (call: AssembledCall) => Buffer;
}

/** Turns system calls into machine code that is always of the same length. */
export const assemblers: Readonly<Record<ProgramMachine, Assembler>> = {
  "x86-64": { elfNumber: 62, callSize: 100, assemble: assembleIntel },
  arm64: { elfNumber: 183, callSize: 148, assemble: assembleArm },
};

/** Prefix and number of rdi, rsi, rdx, r10, r8 and r9, which take the arguments of a call (syscall(2)). */
const intelRegisters = [
  [0x48, 7],
  [0x48, 6],
  [0x48, 2],
  [0x49, 2],
  [0x49, 0],
  [0x49, 1],
] as const;

function assembleIntel({ number, args, resultAt }: AssembledCall): Buffer {
  const pass = intelRegisters.flatMap(([prefix, register], index) => {
    const argument = args[index] ?? { value: 0n };
    return "value" in argument
      ? // The second instruction does nothing, in 3 bytes.
        [moveIntel(prefix, register, argument.value), Buffer.from("0f1f00", "hex")]
      : // Through rax.
        [Buffer.from("48a1", "hex"), quad(argument.at), Buffer.from([prefix, 0x89, 0xc0 + register])];
  });
  return Buffer.concat([
    ...pass,
    moveIntel(0x48, 0, BigInt(number)),
    Buffer.from("0f05", "hex"), // syscall
    Buffer.from("48a3", "hex"), // mov [resultAt], rax
    quad(resultAt),
  ]);
}

function assembleArm({ number, args, resultAt }: AssembledCall): Buffer {
  const pass = [0, 1, 2, 3, 4, 5].flatMap((register) => {
    const argument = args[register] ?? { value: 0n };
    return "value" in argument
      ? [...moveArm(register, argument.value), 0xd503201f] // nop
      : [...moveArm(register, argument.at), 0xf9400000 + register * 32 + register]; // ldr
  });
  const words = [
    ...pass,
    0xd2800000 + number * 32 + 8, // movz x8, number
    0xd4000001, // svc 0
    ...moveArm(9, resultAt),
    0xf9000000 + 9 * 32, // str x0, [x9]
  ];
  const code = Buffer.alloc(4 * words.length);
  for (const [index, word] of words.entries()) code.writeUInt32LE(word, 4 * index);
  return code;
}

const moveIntel = (prefix: number, register: number, value: bigint) =>
  Buffer.concat([Buffer.from([prefix, 0xb8 + register]), quad(value)]);

/** Four instructions: movz, and movk for the upper parts. */
const moveArm = (register: number, value: bigint) =>
  [0, 1, 2, 3].map((part) => {
    const bits = Number((value >> BigInt(16 * part)) & 0xffffn);
    return (part === 0 ? 0xd2800000 : 0xf2800000) + part * 0x200000 + bits * 32 + register;
  });

function quad(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}
