import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { run } from "@sysext-kiln/machine";
import { makeDiskImage, smallLayout } from "@sysext-kiln/testbed";
import { measure } from "./measure.ts";
import { watchMemory } from "./memory.ts";

/** Of the disk, and of what is in it; the rest are holes, as in what Flatcar publishes. */
const diskMegabytes = 6 * 1024;
const dataMegabytes = 1024;

/** What baking costs against copying and converting the same disk, and the most memory that one process of it had. */
export interface BakingCosts {
  timeRatio: number;
  /** In MB. */
  memory: number;
}

/**
 * Bakes an image into a sparse disk of 6 GiB, and copies and converts that disk with cp and qemu-img, to the disk.
 * @param command of kiln, which is to bake `disk.raw` of the folder into `baked.qcow2` there
 */
export async function measureBaking(
  folder: string,
  [program, ...args]: readonly [string, ...string[]],
): Promise<BakingCosts> {
  const disk = join(folder, "disk.raw");
  const tree = join(folder, "tree");
  await run("mkdir", ["-p", tree]);
  // What is in it does not compress, like the file systems that Flatcar fills with compressed files.
  await fill(join(tree, "data"), dataMegabytes);
  await makeDiskImage(disk, { layout: smallLayout(diskMegabytes), tree });
  await rm(join(tree, "data"));

  const [copy, converted] = [join(folder, "copy.raw"), join(folder, "converted.qcow2")];
  const plain = async () => {
    await run("cp", ["--sparse=always", disk, copy]);
    await run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", disk, converted]);
    // What is baked is on the disk when the command ends, whatever happens to the machine then; so is this.
    await run("sync", [copy, converted]);
  };
  const bake = () => run(program, args, { cwd: folder });
  const clean = () =>
    Promise.all([copy, converted, join(folder, "baked.qcow2")].map((path) => rm(path, { force: true })));
  const memory = watchMemory();
  await bake();
  const most = memory.stop();
  const ratios: number[] = [];
  // By turns, as what writes to the same disk beside it slows down both; from the page cache, which is filled by now.
  for (let turn = 0; turn < 5; turn += 1) {
    await clean();
    const baseline = (await measure(plain)).wall;
    await clean();
    ratios.push((await measure(bake)).wall / baseline);
  }
  return { timeRatio: ratios.toSorted((left, right) => left - right)[2] ?? 0, memory: most };
}

async function fill(path: string, megabytes: number): Promise<void> {
  const end = megabytes * 1024 * 1024 - 1;
  await pipeline(
    createReadStream("/dev/urandom", { end, highWaterMark: 1024 * 1024 }),
    createWriteStream(path),
  );
}
