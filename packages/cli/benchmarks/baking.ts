import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { run } from "@sysext-kiln/machine";
import { makeDiskImage, smallLayout } from "@sysext-kiln/testbed";
import { measure, median } from "./measure.ts";
import { watchMemory } from "./memory.ts";

/** The sizes of the disk and of its contents; the rest is sparse, as in Flatcar's disk images. */
const diskMegabytes = 6 * 1024;
const dataMegabytes = 1024;

/** What baking costs compared to copying and converting the same disk, and the most memory of one process. */
export interface BakingCosts {
  timeRatio: number;
  /** In MB. */
  memory: number;
}

/**
 * Bakes an image into a sparse disk image of 6 GiB, and copies and converts that image with cp and qemu-img.
 * @param command the command line with which kiln bakes `disk.raw` in the folder into `baked.qcow2`
 */
export async function measureBaking(
  folder: string,
  [program, ...args]: readonly [string, ...string[]],
): Promise<BakingCosts> {
  const disk = join(folder, "disk.raw");
  const tree = join(folder, "tree");
  await run("mkdir", ["-p", tree]);
  // Incompressible, like the compressed files in Flatcar's file systems.
  await fill(join(tree, "data"), dataMegabytes);
  await makeDiskImage(disk, { layout: smallLayout(diskMegabytes), tree });
  await rm(join(tree, "data"));

  const [copy, converted] = [join(folder, "copy.raw"), join(folder, "converted.qcow2")];
  const plain = async () => {
    await run("cp", ["--sparse=always", disk, copy]);
    await run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", disk, converted]);
    // `kiln bake` flushes its output to the disk, so this does too.
    await run("sync", [copy, converted]);
  };
  const bake = () => run(program, args, { cwd: folder });
  const clean = () =>
    Promise.all([copy, converted, join(folder, "baked.qcow2")].map((path) => rm(path, { force: true })));
  const memory = watchMemory();
  await bake();
  const peak = memory.stop();
  const ratios: number[] = [];
  // Alternating, because other writes to the disk slow down both; from the page cache, which is full by now.
  for (let turn = 0; turn < 5; turn += 1) {
    await clean();
    const baseline = (await measure(plain)).wall;
    await clean();
    ratios.push((await measure(bake)).wall / baseline);
  }
  return { timeRatio: median(ratios), memory: peak };
}

async function fill(path: string, megabytes: number): Promise<void> {
  const end = megabytes * 1024 * 1024 - 1;
  await pipeline(
    createReadStream("/dev/urandom", { end, highWaterMark: 1024 * 1024 }),
    createWriteStream(path),
  );
}
