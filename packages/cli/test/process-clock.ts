import { open, readdir, readFile } from "node:fs/promises";
import { expect } from "vitest";

/** The time of day that a running program sees. */
export interface ProcessClock {
  /** Lets the program see another time of day, by a number of seconds. Its other clocks do not jump. */
  jump(seconds: number): Promise<void>;
}

/**
 * Takes over the time of day of a running program, as setting the clock of a machine would change it for all programs.
 * A program of Go reads its clocks in the vDSO, memory of its own that the kernel fills with code, so that neither a library nor
 * a filter of system calls sees it. Its function for clocks is replaced by one that asks the kernel and adds a number.
 */
export async function takeOverClock(pid: number): Promise<ProcessClock> {
  if (process.arch !== "x64") throw new Error("the code for the clock is that of x86-64");
  const memory = await findVdso(pid);
  const entry = memory.start + (await clockFunction(pid, memory));
  const end = entry + code.length;
  process.kill(pid, "SIGSTOP");
  try {
    // No thread may be in the middle of the code that is replaced, nor be running still.
    const isElsewhere = (counter: number) => counter < entry || counter >= end;
    await expect.poll(async () => (await counters(pid)).every(isElsewhere), { timeout: 10_000 }).toBe(true);
    await write(pid, entry, code);
  } finally {
    process.kill(pid, "SIGCONT");
  }
  return {
    async jump(seconds) {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(BigInt(seconds));
      await write(pid, end - bytes.length, bytes);
    },
  };
}

/** `clock_gettime(clock, time)` in x86-64, with the number of seconds to add in its last eight bytes. */
const code = Buffer.from(
  [
    "b8 e4 00 00 00", // mov eax, SYS_clock_gettime
    "0f 05", // syscall
    "85 ff", // test edi, edi: CLOCK_REALTIME is 0
    "75 0a", // jne to ret
    "48 8b 0d 06 00 00 00", // mov rcx, [rip+6]: the number
    "48 01 0e", // add [rsi], rcx: to the seconds
    "c3", // ret
    "00 00", // so that the number can be written at once, as its address is a multiple of 8
    "00 00 00 00 00 00 00 00",
  ]
    .join(" ")
    .replaceAll(" ", ""),
  "hex",
);

interface Memory {
  start: number;
  length: number;
}

async function findVdso(pid: number): Promise<Memory> {
  const maps = await readFile(`/proc/${pid}/maps`, "utf8");
  const [, start = "", end = ""] = /^(\w+)-(\w+) .*\[vdso\]$/m.exec(maps) ?? [];
  return { start: Number.parseInt(start, 16), length: Number.parseInt(end, 16) - Number.parseInt(start, 16) };
}

/** The offset of the vDSO's `clock_gettime`, from the symbols of this ELF file. */
async function clockFunction(pid: number, { start, length }: Memory): Promise<number> {
  const file = await open(`/proc/${pid}/mem`, "r");
  const image = Buffer.alloc(length);
  try {
    await file.read(image, 0, length, start);
  } finally {
    await file.close();
  }
  const sections = Array.from({ length: image.readUInt16LE(0x3c) }, (_, index) => {
    const at = Number(image.readBigUInt64LE(0x28)) + index * image.readUInt16LE(0x3a);
    const field = (offset: number) => Number(image.readBigUInt64LE(at + offset));
    return {
      type: image.readUInt32LE(at + 4),
      link: image.readUInt32LE(at + 40),
      at: field(24),
      size: field(32),
    };
  });
  const symbols = sections.find(({ type }) => type === 11) ?? expect.fail("the vDSO has no dynamic symbols");
  const names = sections[symbols.link]?.at ?? 0;
  for (let at = symbols.at; at < symbols.at + symbols.size; at += 24) {
    const name = names + image.readUInt32LE(at);
    if (image.toString("latin1", name, image.indexOf(0, name)) === "__vdso_clock_gettime")
      return Number(image.readBigUInt64LE(at + 8));
  }
  return expect.fail("the vDSO has no clock");
}

/** Where each thread of a stopped program is; not a number for one that runs still. */
async function counters(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`);
  const lines = await Promise.all(threads.map((id) => readFile(`/proc/${pid}/task/${id}/syscall`, "utf8")));
  // "running", or numbers, the last of which is the program counter.
  return lines.map((line) => Number(line.trim().split(" ").at(-1)));
}

async function write(pid: number, address: number, bytes: Buffer): Promise<void> {
  const file = await open(`/proc/${pid}/mem`, "r+");
  try {
    await file.write(bytes, 0, bytes.length, address);
  } finally {
    await file.close();
  }
}
