import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { fuzz, mutatedBytes, outcomeOf } from "@sysext-kiln/fuzz";
import { run } from "@sysext-kiln/machine";
import { ensureTestPrograms } from "@sysext-kiln/testbed";
import { afterAll, describe, expect } from "vitest";
import { bakingPrograms, unpackDisk } from "../src/index.ts";

const mebibyte = 1024 * 1024;
const folder = await mkdtemp(join(tmpdir(), "kiln-disk-fuzz-"));
afterAll(() => rm(folder, { recursive: true }));
await ensureTestPrograms("sfdisk", ...bakingPrograms);

/** A disk of a mebibyte with two partitions. */
const raw = join(folder, "disk.raw");
await writeFile(raw, Buffer.alloc(mebibyte));
await run("sfdisk", ["--quiet", raw], {
  input: "label: gpt\nsize=512, type=U, name=EFI\nsize=512, name=ROOT\n",
});

async function converted(format: string, ...options: string[]): Promise<Buffer> {
  const path = join(folder, `sample.${format}`);
  await run("qemu-img", ["convert", "-f", "raw", "-O", format, ...options, raw, path]);
  return readFile(path);
}

async function archived(...options: string[]): Promise<Buffer> {
  const path = join(folder, "sample.tar");
  await run("tar", ["--create", ...options, `--file=${path}`, "-C", folder, "disk.raw"]);
  return readFile(path);
}

const samples = {
  raw: await readFile(raw),
  qcow2: await converted("qcow2"),
  "compressed qcow2": await converted("qcow2", "-c"),
  vmdk: await converted("vmdk", "-o", "subformat=monolithicSparse"),
  "streamed vmdk": await converted("vmdk", "-o", "subformat=streamOptimized"),
  vhd: await converted("vpc", "-o", "subformat=dynamic"),
  vhdx: await converted("vhdx"),
  vdi: await converted("vdi"),
  "fixed vhd": await converted("vpc", "-o", "subformat=fixed"),
  archive: await archived("--format=oldgnu", "--sparse"),
  "archive without holes": await archived("--format=ustar"),
};
const compressed = [samples.raw, samples.archive].map((bytes) => gzipSync(bytes));
const tokens = [
  "EFI PART",
  "QFI\u00fb",
  "KDMV",
  "conectix",
  "vhdxfile",
  "\u00fd7zXZ",
  "cxsparse",
  "disk.raw",
  "/etc/passwd",
  "../disk.raw",
  "BZh",
  "\u001f\u008b",
];

async function check(bytes: Buffer): Promise<void> {
  const work = await mkdtemp(join(folder, "work-"));
  try {
    const input = join(work, "input");
    const output = join(work, "output");
    await writeFile(input, bytes);
    await mkdir(output);
    const codes = ["disk-image-invalid"] as const;
    const outcome = await outcomeOf(codes, () =>
      unpackDisk(input, output, { assumed: "x86-64", say: () => undefined }),
    );
    expect((await readdir(work)).toSorted()).toEqual(["input", "output"]);
    expect(await readFile(input)).toEqual(bytes);
    if (!outcome.accepted) return;
    const { path, partitions } = outcome.value;
    const { size, blocks } = await stat(path);
    expect(blocks * 512).toBeLessThan(64 * mebibyte);
    for (const partition of partitions) {
      expect(partition.offset).toBeGreaterThan(0);
      expect(partition.offset + partition.size).toBeLessThanOrEqual(size);
    }
  } finally {
    await rm(work, { recursive: true });
  }
}

describe("a damaged disk image is read within its bounds or rejected", () => {
  fuzz(
    "in any format",
    mutatedBytes(
      Object.values(samples),
      tokens.map((token) => Buffer.from(token, "latin1")),
    ),
    check,
  );

  fuzz("if it is compressed", mutatedBytes(compressed), check);

  fuzz(
    "if it was damaged before it was compressed",
    mutatedBytes([samples.raw, samples.archive, samples["archive without holes"]]).map((bytes) =>
      gzipSync(bytes),
    ),
    check,
  );
});
