import { copyFile, readFile, stat, truncate } from "node:fs/promises";
import { basename, join } from "node:path";
import { digestOf, run } from "@sysext-kiln/machine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { difference, inRoot, openTestDisks, type TestDisks } from "./disk.ts";

let disks: TestDisks;
/** The raw disk with the contents baked in. */
let baked: string;
beforeAll(async () => {
  disks = await openTestDisks();
  baked = await disks.bake(disks.original, "baked.raw");
});
afterAll(() => disks[Symbol.asyncDispose]());

interface Variant {
  name: string;
  /** Converts the raw disk to this variant. */
  make: (from: string, to: string) => Promise<unknown>;
  /** Its format for qemu-img. */
  format: string;
  /** What `qemu-img info` prints about it, before and after. */
  info: RegExp;
}

const convert = (from: string, to: string, ...args: string[]) =>
  run("qemu-img", ["convert", "-f", "raw", ...args, from, to]);
const shell = (script: string) => (from: string, to: string) => run("sh", ["-c", script, "sh", from, to]);
const archive =
  (...args: string[]) =>
  async (from: string, to: string) => {
    const folder = `${to}.d`;
    await run("mkdir", [folder]);
    await copyFile(from, join(folder, "disk.raw"));
    return await run("tar", [
      "--create",
      "--gzip",
      ...args,
      `--directory=${folder}`,
      `--file=${to}`,
      "disk.raw",
    ]);
  };

const plain: readonly Variant[] = [
  { name: "raw.bin", format: "raw", make: copyFile, info: /"format": "raw"/ },
  {
    name: "new.qcow2",
    format: "qcow2",
    make: (from, to) => convert(from, to, "-O", "qcow2"),
    info: /"compat": "1.1"/,
  },
  {
    name: "old.img",
    format: "qcow2",
    make: (from, to) => convert(from, to, "-c", "-O", "qcow2", "-o", "compat=0.10"),
    info: /"compat": "0.10"/,
  },
  {
    name: "ide.vmdk",
    format: "vmdk",
    make: (from, to) => convert(from, to, "-O", "vmdk", "-o", "adapter_type=ide"),
    info: /"create-type": "monolithicSparse"/,
  },
  {
    name: "stream.vmdk",
    format: "vmdk",
    make: (from, to) =>
      convert(from, to, "-O", "vmdk", "-o", "subformat=streamOptimized,adapter_type=lsilogic"),
    info: /"create-type": "streamOptimized"/,
  },
  {
    name: "fixed.vhd",
    format: "vpc",
    make: (from, to) => convert(from, to, "-O", "vpc", "-o", "subformat=fixed,force_size=on"),
    info: /"format": "vpc"(?![^]*cluster-size)/,
  },
  {
    name: "dynamic.vhd",
    format: "vpc",
    make: (from, to) => convert(from, to, "-O", "vpc", "-o", "subformat=dynamic,force_size=on"),
    info: /"cluster-size": 2097152/,
  },
  {
    name: "hyper-v.vhdx",
    format: "vhdx",
    make: (from, to) => convert(from, to, "-O", "vhdx"),
    info: /"format": "vhdx"/,
  },
  {
    name: "fixed.vhdx",
    format: "vhdx",
    make: (from, to) => convert(from, to, "-O", "vhdx", "-o", "subformat=fixed"),
    info: /"format": "vhdx"/,
  },
  {
    name: "growing.vdi",
    format: "vdi",
    make: (from, to) => convert(from, to, "-O", "vdi"),
    info: /"format": "vdi"/,
  },
  {
    name: "static.vdi",
    format: "vdi",
    make: (from, to) => convert(from, to, "-O", "vdi", "-o", "static=on"),
    info: /"format": "vdi"/,
  },
];

/** Converts a disk image to raw. */
async function raw(path: string, format: string): Promise<string> {
  const to = `${path}.as-raw`;
  await run("qemu-img", ["convert", "-f", format, "-O", "raw", path, to]);
  return to;
}

describe("baking into", () => {
  test.each(plain)(
    "$name results in the same kind of image, with the same disk",
    async ({ name, make, format, info }) => {
      const input = join(disks.folder, name);
      await make(disks.original, input);
      const before = await digestOf(input);
      const output = await disks.bake(input, `baked-${name}`);
      expect(await difference(await raw(output, format), baked)).toBe("");
      expect(await digestOf(input)).toBe(before);
      const described = await run("qemu-img", ["info", "--output=json", "-f", format, output]);
      expect(described).toMatch(info);
    },
  );

  test.each([
    ["hyper-v.vhdx", "fixed.vhdx"],
    ["growing.vdi", "static.vdi"],
  ])("%s results in a file that grows, and %s in one that does not", async (growing, fixed) => {
    const { size } = await stat(disks.original);
    expect((await stat(join(disks.folder, `baked-${growing}`))).size).toBeLessThan(size);
    expect((await stat(join(disks.folder, `baked-${fixed}`))).size).toBeGreaterThan(size);
  });

  test("a disk with sectors of 4096 bytes keeps them", async () => {
    const original = await disks.make("sectors.raw", { sectorSize: 4096 });
    const output = await disks.bake(original, "baked-sectors.raw");
    expect((await readFile(output)).toString("latin1", 4096, 4104)).toBe("EFI PART");
    expect(await inRoot(output, "stat /etc/extensions/hello.raw")).toContain("hello-1.0.0-x86-64.raw");
    const qcow2 = await disks.bake(original, "sectors.qcow2", { format: "qcow2" });
    expect(await difference(await raw(qcow2, "qcow2"), output)).toBe("");
  });

  test.each([
    ["sparse", ["--sparse", "--format=oldgnu"]],
    ["plain", []],
    // tar ends before it has read all the padding.
    ["sparse-and-padded", ["--sparse", "--format=oldgnu", "--blocking-factor=8192"]],
    ["plain-and-padded", ["--blocking-factor=8192"]],
  ])("gcp's archive, %s, results in an archive with only disk.raw", async (name, args) => {
    const input = join(disks.folder, `gcp-${name}.tar.gz`);
    await archive(...args)(disks.original, input);
    const output = await disks.bake(input, `baked-gcp-${name}.tar.gz`);
    expect(await run("tar", ["--list", `--file=${output}`])).toBe("disk.raw");
    const folder = join(disks.folder, `gcp-${name}`);
    await run("mkdir", [folder]);
    await run("tar", ["--extract", `--directory=${folder}`, `--file=${output}`]);
    expect(await difference(join(folder, "disk.raw"), baked)).toBe("");
  });

  test("an image says what is being done with it", async () => {
    const said: string[] = [];
    const input = join(disks.folder, "verbose.qcow2.gz");
    await convert(disks.original, `${input}.plain`, "-O", "qcow2");
    await shell('gzip -c "$1" > "$2"')(`${input}.plain`, input);
    await disks.bake(input, "verbose-baked.qcow2.gz", { say: (line) => said.push(line) });
    const steps = said.map((line) => line.replace(/, [\d.]+ of [\d.]+ GB$/, ""));
    expect(steps.filter((step, index) => step !== steps[index - 1])).toEqual([
      "unpacking",
      "checking the qcow2",
      "reading",
      "checking the root file system",
      "comparing with what is there",
      expect.stringMatching(/^writing \d+ files, folders and links$/),
      "checking the root file system",
      "reading back what was written",
      "writing",
      "compressing",
      "syncing to disk",
    ]);
  });

  test("an image of one format can write any other format", async () => {
    const qcow2 = await disks.bake(disks.original, "other.qcow2", { format: "qcow2" });
    const vhd = await disks.bake(qcow2, "other.vhd", { format: "vhd" });
    // A fixed VHD is the disk followed by a footer. Azure requires a disk of whole megabytes.
    await copyFile(vhd, join(disks.folder, "cut.raw"));
    const size = (await readFile(vhd)).length - 512;
    await truncate(join(disks.folder, "cut.raw"), size);
    expect(size % (1024 * 1024)).toBe(0);
    expect(await difference(join(disks.folder, "cut.raw"), baked)).toBe("");
    const vmdk = await disks.bake(vhd, "other.vmdk", { format: "vmdk" });
    expect(await difference(await raw(vmdk, "vmdk"), baked)).toBe("");
    expect((await readFile(vmdk)).toString("latin1", 0, 2000)).toContain('ddb.adapterType = "lsilogic"');
  });

  test.each([
    ["vhd", 1024 ** 2],
    ["gcp", 1024 ** 3],
  ] as const)(
    "an image of another format writes %s with a size that its vendor accepts",
    async (format, granularity) => {
      const input = join(disks.folder, `odd-for-${format}.raw`);
      await copyFile(disks.original, input);
      const { length } = await readFile(input);
      await truncate(input, length + 512);
      const output = await disks.bake(input, `odd.${format}`, { format });
      const size =
        format === "gcp"
          ? Number(
              / (\d+) \S+ \S+ disk\.raw$/.exec(
                await run("tar", ["--list", "--verbose", `--file=${output}`]),
              )?.[1],
            )
          : (await readFile(output)).length - 512;
      expect(size).toBe(Math.ceil((length + 512) / granularity) * granularity);
    },
  );

  test.each(["raw", "qcow2", "gcp"] as const)("%s twice results in identical files", async (format) => {
    const [one, two] = [
      await disks.bake(disks.original, `one.${format}`, { format }),
      await disks.bake(disks.original, `two.${format}`, { format }),
    ];
    expect(basename(one)).not.toBe(basename(two));
    expect(await difference(one, two)).toBe("");
  });
});
