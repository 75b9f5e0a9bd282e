import { deniedCalls, examinedCalls, type Machine } from "./system-calls.ts";

/** Fields of `struct seccomp_data` by their offset (both machines are little-endian). */
const field = {
  number: 0,
  architecture: 4,
  /** The lower half of an argument. */
  argument: (index: number) => 16 + 8 * index,
  upperHalf: (index: number) => 20 + 8 * index,
};

/** The AUDIT_ARCH_ value of a machine's own system calls (linux/audit.h). */
const auditArchitecture: Record<Machine, number> = { x64: 0xc000_003e, arm64: 0xc000_00b7 };

/** Instructions of classic BPF that a filter needs (linux/bpf_common.h). */
const op = { load: 0x20, jumpIfEqual: 0x15, jumpIfAtLeast: 0x35, jumpIfAnyBit: 0x45, return: 0x06 };

const errno = { EPERM: 1, ENOSYS: 38, EAFNOSUPPORT: 97 };
const allow = 0x7fff_0000;
const fail = (error: number) => 0x0005_0000 | error;
/** The call seems to succeed, and does nothing. */
const ignore = fail(0);

/** The first number of the x32 calls, which duplicate the calls of an x86-64 kernel. */
const firstX32Call = 0x4000_0000;
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const namespaceFlags = 0x7e02_0000;
/**
 * AF_UNIX, AF_INET, AF_INET6, AF_NETLINK: a network namespace separates these, but not AF_VSOCK and AF_ALG.
 */
const socketFamilies = [1, 2, 10, 16];
/** RLIMIT_CORE, which keeps crashes from the machine's crash handler: no program may lower it. */
const coreLimit = 4;
/** TIOCSTI and TIOCLINUX, which type into a terminal. */
const terminalInputs = [0x5412, 0x541c];

type Instruction = readonly [code: number, whenTrue: number, whenFalse: number, value: number];

/**
 * The filter of system calls for programs in the sandbox, as bwrap takes it: an array of `struct
 * sock_filter`. A program of another architecture runs under an emulator, which makes this machine's calls.
 */
export function seccompFilter(machine: Machine): Buffer {
  const { clone, clone3, ioctl, prlimit64, setrlimit, socket } = examinedCalls(machine);
  return encode([
    load(field.architecture),
    // 32-bit programs have other numbers: all of their calls fail.
    ...unless(op.jumpIfEqual, auditArchitecture[machine], fail(errno.ENOSYS)),
    load(field.number),
    ...(machine === "x64" ? when(op.jumpIfAtLeast, firstX32Call, fail(errno.ENOSYS)) : []),
    ...deniedCalls(machine).flatMap((call) => when(op.jumpIfEqual, call, fail(errno.EPERM))),
    // Its flags are in memory, which a filter cannot read; libraries then use clone.
    ...when(op.jumpIfEqual, clone3, fail(errno.ENOSYS)),
    ...examine(clone, 0, [...when(op.jumpIfAnyBit, namespaceFlags, fail(errno.EPERM)), answer(allow)]),
    ...examine(socket, 0, [
      ...socketFamilies.flatMap((family) => when(op.jumpIfEqual, family, allow)),
      answer(fail(errno.EAFNOSUPPORT)),
    ]),
    ...examine(setrlimit, 0, [...when(op.jumpIfEqual, coreLimit, ignore), answer(allow)]),
    ...examine(prlimit64, 1, [
      ...unless(op.jumpIfEqual, coreLimit, allow),
      // Without a new limit, a program only asks for the old one.
      ...[field.argument(2), field.upperHalf(2)].flatMap((half) => [
        load(half),
        ...when(op.jumpIfAnyBit, 0xffff_ffff, ignore),
      ]),
      answer(allow),
    ]),
    ...examine(ioctl, 1, [
      ...terminalInputs.flatMap((request) => when(op.jumpIfEqual, request, fail(errno.EPERM))),
      answer(allow),
    ]),
    answer(allow),
  ]);
}

const load = (offset: number): Instruction => [op.load, 0, 0, offset];
const answer = (value: number): Instruction => [op.return, 0, 0, value];
const when = (test: number, value: number, result: number): Instruction[] => [
  [test, 0, 1, value],
  answer(result),
];
const unless = (test: number, value: number, result: number): Instruction[] => [
  [test, 1, 0, value],
  answer(result),
];

/** Instructions that decide about a call by one of its arguments; `decision` must end in an answer. */
function examine(call: number, argument: number, decision: readonly Instruction[]): Instruction[] {
  return [[op.jumpIfEqual, 0, decision.length + 1, call], load(field.argument(argument)), ...decision];
}

function encode(instructions: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(8 * instructions.length);
  for (const [index, [code, whenTrue, whenFalse, value]] of instructions.entries()) {
    bytes.writeUInt16LE(code, 8 * index);
    bytes.writeUInt8(whenTrue, 8 * index + 2);
    bytes.writeUInt8(whenFalse, 8 * index + 3);
    bytes.writeUInt32LE(value, 8 * index + 4);
  }
  return bytes;
}
