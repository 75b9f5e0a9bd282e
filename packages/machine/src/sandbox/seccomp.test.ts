import { describe, expect, test } from "vitest";
import { seccompFilter } from "./seccomp.ts";
import type { Machine } from "./system-calls.ts";

const ok = "allowed";
/** It returns 0, as if it had succeeded. */
const nothing = "error 0";
const EPERM = "error 1";
const ENOSYS = "error 38";
const EAFNOSUPPORT = "error 97";

/** AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64, AUDIT_ARCH_I386, AUDIT_ARCH_ARM. */
const architectures = { x64: 0xc000003e, arm64: 0xc00000b7, i386: 0x40000003, arm: 0x40000028 };

interface SystemCall {
  architecture: number;
  number: number;
  args?: readonly bigint[];
}

/**
 * What the kernel does with a call, by interpreting the filter as it does (networking/filter.rst,
 * seccomp_filter.rst).
 */
function judge(machine: Machine, { architecture, number, args = [] }: SystemCall): string {
  const filter = seccompFilter(machine);
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number, 0);
  data.writeUInt32LE(architecture, 4);
  for (const [index, argument] of args.entries()) data.writeBigUInt64LE(argument, 16 + 8 * index);
  let accumulator = 0;
  for (let at = 0; at < filter.length; at += 8) {
    const code = filter.readUInt16LE(at);
    const value = filter.readUInt32LE(at + 4);
    const jump = (holds: boolean) => (at += 8 * filter.readUInt8(at + (holds ? 2 : 3)));
    if (code === 0x20) accumulator = data.readUInt32LE(value);
    else if (code === 0x15) jump(accumulator === value);
    else if (code === 0x35) jump(accumulator >= value);
    else if (code === 0x45) jump((accumulator & value) !== 0);
    else if (code === 0x06) return value === 0x7fff0000 ? ok : `error ${value - 0x50000}`;
    else throw new Error(`no such instruction: ${code}`);
  }
  throw new Error("the filter ends without an answer");
}

// The numbers of system calls, from the kernel's headers.
const calls = {
  read: { x64: 0, arm64: 63 },
  execve: { x64: 59, arm64: 221 },
  openat: { x64: 257, arm64: 56 },
  futex: { x64: 202, arm64: 98 },
  clone: { x64: 56, arm64: 220 },
  clone3: { x64: 435, arm64: 435 },
  socket: { x64: 41, arm64: 198 },
  ioctl: { x64: 16, arm64: 29 },
  mount: { x64: 165, arm64: 40 },
  chroot: { x64: 161, arm64: 51 },
  unshare: { x64: 272, arm64: 97 },
  setns: { x64: 308, arm64: 268 },
  ptrace: { x64: 101, arm64: 117 },
  bpf: { x64: 321, arm64: 280 },
  keyctl: { x64: 250, arm64: 219 },
  setrlimit: { x64: 160, arm64: 164 },
  prlimit64: { x64: 302, arm64: 261 },
};

describe.each(["x64", "arm64"] as const)("on %s", (machine) => {
  const call = (name: keyof typeof calls, ...args: bigint[]) =>
    judge(machine, { architecture: architectures[machine], number: calls[name][machine], args });

  test.each(["read", "execve", "openat", "futex"] as const)("%s is allowed", (name) => {
    expect(call(name)).toBe(ok);
  });

  test.each(["mount", "chroot", "unshare", "setns", "ptrace", "bpf", "keyctl"] as const)(
    "%s is not permitted",
    (name) => {
      expect(call(name)).toBe(EPERM);
    },
  );

  test("clone makes processes and threads, but no namespaces", () => {
    expect(call("clone", 17n)).toBe(ok);
    expect(call("clone", 0x3d0f00n)).toBe(ok);
    for (const flag of [0x20000n, 0x2000000n, 0x4000000n, 0x8000000n, 0x10000000n, 0x20000000n, 0x40000000n])
      expect(call("clone", flag | 17n)).toBe(EPERM);
  });

  test("clone3, whose flags a filter cannot read, does not seem to exist", () => {
    expect(call("clone3")).toBe(ENOSYS);
  });

  test("sockets have a family that belongs to the network namespace", () => {
    for (const family of [1n, 2n, 10n, 16n]) expect(call("socket", family)).toBe(ok);
    for (const family of [17n, 38n, 40n]) expect(call("socket", family)).toBe(EAFNOSUPPORT);
  });

  test("no input can be typed into a terminal, even if the upper half of the request is set", () => {
    expect(call("ioctl", 0n, 0x5413n)).toBe(ok);
    expect(call("ioctl", 0n, 0x5412n)).toBe(EPERM);
    expect(call("ioctl", 0n, 0x1_0000_5412n)).toBe(EPERM);
    expect(call("ioctl", 0n, 0x541cn)).toBe(EPERM);
  });

  test("the limit of core files cannot be changed, only read, and others can", () => {
    for (const limit of [0x1000n, 0x7fff_0000_0000n]) {
      expect(call("setrlimit", 4n, limit)).toBe(nothing);
      expect(call("prlimit64", 0n, 4n, limit, 0n)).toBe(nothing);
      expect(call("prlimit64", 0n, 7n, limit, 0n)).toBe(ok);
    }
    expect(call("prlimit64", 0n, 4n, 0n, 0x1000n)).toBe(ok);
    expect(call("setrlimit", 7n, 0x1000n)).toBe(ok);
  });

  test("no call of another architecture exists", () => {
    for (const name of ["i386", "arm"] as const)
      expect(judge(machine, { architecture: architectures[name], number: 3 })).toBe(ENOSYS);
  });
});

test("calls of x86-64 are not allowed through x32", () => {
  expect(judge("x64", { architecture: architectures.x64, number: 0x40000000 })).toBe(ENOSYS);
});
