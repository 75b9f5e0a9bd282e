import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fuzz, mutatedBytes, outcomeOf } from "@sysext-kiln/fuzz";
import { run } from "@sysext-kiln/machine";
import { ensureTestPrograms, putFile } from "@sysext-kiln/testbed";
import { afterAll, expect } from "vitest";
import { inspectImage } from "./inspect-image.ts";

const folder = await mkdtemp(join(tmpdir(), "kiln-inspect-fuzz-"));
afterAll(() => rm(folder, { recursive: true }));
await ensureTestPrograms("mksquashfs", "mkfs.erofs", "mke2fs", "sfdisk");

const tree = join(folder, "tree");
await putFile(join(tree, "usr/lib/extension-release.d/extension-release.hello"), "ID=_any\n");

/** A file of some kilobytes into which a program writes an image. */
async function written(kilobytes: number, write: (path: string) => Promise<unknown>): Promise<Buffer> {
  const path = join(folder, "sample");
  await writeFile(path, "");
  await truncate(path, kilobytes * 1024);
  await write(path);
  return readFile(path);
}

const squashfs = await written(0, (path) =>
  run("mksquashfs", [tree, path, "-quiet", "-no-progress", "-noappend"]),
);
const erofs = await written(0, (path) => run("mkfs.erofs", [path, tree]));
const ext4 = await written(512, (path) =>
  run("mke2fs", ["-q", "-t", "ext4", "-O", "^has_journal", "-d", tree, path]),
);
const table = await written(64, (path) =>
  run("sfdisk", ["--quiet", path], {
    input: "label: gpt\nstart=34, size=60, type=4f68bce3-e8cd-4db1-96e7-fbcaf984b709\n",
  }),
);

/** A disk with an image in its partition. */
function inGpt(image: Buffer): Buffer {
  const disk = Buffer.from(table);
  image.copy(disk, 34 * 512);
  return disk;
}

fuzz(
  "a damaged image is accepted or rejected, whatever it contains",
  mutatedBytes([squashfs, erofs, ext4, inGpt(squashfs), inGpt(erofs)]),
  async (bytes) => {
    const path = join(folder, "input");
    await writeFile(path, bytes);
    const codes = ["architecture-mismatch", "extension-image-invalid"] as const;
    const outcome = await outcomeOf(codes, () => inspectImage(path, "hello", "x86-64"));
    if (outcome.accepted) expect(outcome.value.epoch).toBeGreaterThanOrEqual(0);
    expect(await readFile(path)).toEqual(bytes);
  },
);
