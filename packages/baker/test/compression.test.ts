import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { run } from "@sysext-kiln/machine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDisk } from "../src/index.ts";
import { difference, openTestDisks, type TestDisks } from "./disk.ts";

let disks: TestDisks;
/** The raw disk with the contents baked in. */
let baked: string;
beforeAll(async () => {
  disks = await openTestDisks();
  baked = await disks.bake(disks.original, "baked.raw");
});
afterAll(() => disks[Symbol.asyncDispose]());

const shell = (script: string) => (from: string, to: string) => run("sh", ["-c", script, "sh", from, to]);
const zstd = (stream: string) =>
  `node -e 'process.stdin.pipe(zlib.${stream}()).pipe(process.stdout)' < "$1" > "$2"`;
/** The raw disk, compressed by a program. */
async function compressed(name: string, program: string): Promise<string> {
  const path = join(disks.folder, name);
  await shell(`${program} -c "$1" > "$2"`)(disks.original, path);
  return path;
}

describe("baking into", () => {
  test.each([
    ["gz", 'gzip -c "$1" > "$2"', 'gzip -dc "$1" > "$2"'],
    ["bz2", 'bzip2 -c "$1" > "$2"', 'bzip2 -dc "$1" > "$2"'],
    ["xz", 'xz -c "$1" > "$2"', 'xz -dc "$1" > "$2"'],
    ["zst", zstd("createZstdCompress"), zstd("createZstdDecompress")],
  ])(
    "an image compressed as %s decompresses it, and compresses the result on request",
    async (ending, pack, unpack) => {
      const input = join(disks.folder, `compressed.bin.${ending}`);
      await shell(pack)(disks.original, input);
      const output = await disks.bake(input, `baked.bin.${ending}`);
      const plainOutput = join(disks.folder, `from-${ending}.bin`);
      await shell(unpack)(output, plainOutput);
      expect(await difference(plainOutput, baked)).toBe("");
    },
  );

  test("zstd in several frames, as parallel compressors write it, is read to its end", async () => {
    const input = join(disks.folder, "frames.bin.zst");
    await shell('{ head -c 9000000 "$1" | zstd; tail -c +9000001 "$1" | zstd; } > "$2"')(
      disks.original,
      input,
    );
    expect(await difference(await disks.bake(input, "from-frames.bin"), baked)).toBe("");
  });

  test("a compressed qcow2 decompresses it", async () => {
    const input = join(disks.folder, "openstack.img.gz");
    await run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", disks.original, `${input}.plain`]);
    await shell('gzip -c "$1" > "$2"')(`${input}.plain`, input);
    const output = await disks.bake(input, "openstack.img");
    const plainOutput = join(disks.folder, "openstack.raw");
    await run("qemu-img", ["convert", "-f", "qcow2", "-O", "raw", output, plainOutput]);
    expect(await difference(plainOutput, baked)).toBe("");
  });
});

describe("an image is refused", () => {
  test.each([
    ["gz", "gzip", /complete and valid gz data; found unexpected end of file/],
    ["bz2", "bzip2", /complete and valid bz2 data; found bzip2: /],
    ["xz", "xz", /complete and valid xz data; found .*xz: /],
    ["zst", "zstd", /complete and valid zstd data; found /],
  ])("that is truncated, %s", async (ending, program, message) => {
    const bytes = await readFile(await compressed(`whole.${ending}`, program));
    const cut = join(disks.folder, `cut.${ending}`);
    await writeFile(cut, bytes.subarray(0, Math.floor(bytes.length * 0.6)));
    await expect(disks.bake(cut, `from-cut-${ending}`)).rejects.toMatchObject({
      code: "disk-image-invalid",
      message: expect.stringMatching(message),
    });
    expect(await readdir(disks.folder)).not.toContain(`from-cut-${ending}`);
  });

  test.each([
    ["gz", "\x1f\x8b", /valid gz data/],
    ["bz2", "BZh9", /complete and valid bz2 data; found bzip2: /],
    ["xz", "\xfd7zXZ\0", /complete and valid xz data; found .*xz: /],
    ["zstd", "\x28\xb5\x2f\xfd", /valid zstd data/],
  ])("that has only the first bytes of %s", async (name, start, message) => {
    const path = join(disks.folder, `garbage.${name}`);
    await writeFile(path, Buffer.from(start + "\x07".repeat(5000), "latin1"));
    await expect(disks.bake(path, `from-garbage-${name}`)).rejects.toThrow(message);
  });

  test("that would take gigabytes of memory to decompress", async () => {
    const path = await compressed("greedy.xz", "xz --threads=1");
    const bytes = await readFile(path);
    // The header of the first block, which ends with its CRC32 (The .xz File Format, 3.1): a dictionary of 4 GiB.
    const header = bytes.subarray(12, 12 + ((bytes[12] ?? 0) + 1) * 4);
    header[header.indexOf(Buffer.from([0x21, 0x01])) + 2] = 40;
    header.writeUInt32LE(crc32(header.subarray(0, -4)), header.length - 4);
    await writeFile(path, bytes);
    await expect(disks.bake(path, "from-greedy")).rejects.toThrow(/found .*xz: .*[Mm]emory usage limit/);
  });

  test.each([
    ["gzip", "bomb.gz"],
    ["zstd", "bomb.zst"],
    ["bzip2", "bomb.bz2"],
    ["xz", "bomb.xz"],
  ])("that unpacks to more than the limit, compressed with %s", async (program, name) => {
    const path = await compressed(name, program);
    const work = join(disks.folder, `${name}.work`);
    await mkdir(work);
    const options = { assumed: undefined, say: () => undefined, maxBytes: 4 * 1024 * 1024 };
    await expect(openDisk(path, work, options)).rejects.toMatchObject({
      code: "disk-image-invalid",
      found: "a larger one",
    });
    const files = await readdir(work);
    const sizes = await Promise.all(files.map(async (one) => (await stat(join(work, one))).size));
    expect(Math.max(0, ...sizes)).toBeLessThan(8 * 1024 * 1024);
  });
});
